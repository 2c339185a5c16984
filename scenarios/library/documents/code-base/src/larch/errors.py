"""Everything that can go wrong in a way that the counter understands.

    LarchError
    |-- NotFound
    |   |-- UnknownTool
    |   |-- UnknownCustomer
    |   `-- UnknownHire
    |-- Refused
    |   |-- HoldRefused
    |   |-- RenewalRefused
    |   |-- ToolUnavailable
    |   |-- ServiceDue
    |   |-- HireStillOpen
    |   |-- AlreadyReturned
    |   |-- TooFar
    |   `-- BadAmount
    |-- AccountProblem
    |   |-- CreditExceeded
    |   `-- AccountClosed
    |-- ImportRejected
    |-- StoreBroken
    |-- UnknownFinding
    `-- BadSetting

A message says what was wanted, what stood in the way and, where it helps, what there is instead. It is a sentence
without a full stop, because the counter sees it after the name of the program.
"""


class LarchError(Exception):
    """Whatever is printed without a traceback."""

    exit_status = 1


class NotFound(LarchError):
    """A name or a number that the store does not know."""

    exit_status = 3


class UnknownTool(NotFound):
    """No tool has this code."""


class UnknownCustomer(NotFound):
    """No customer has this number."""


class UnknownHire(NotFound):
    """No hire has this number."""


class Refused(LarchError):
    """The rules of the shop do not allow it."""


class HoldRefused(Refused):
    """The tool cannot be kept aside for this customer."""


class RenewalRefused(Refused):
    """The hire cannot be lengthened."""


class ToolUnavailable(Refused):
    """Somebody else has the tool, or has it kept aside."""

    exit_status = 6


class ServiceDue(Refused):
    """The workshop has to see the tool first."""


class HireStillOpen(Refused):
    """A hire is billed when it is over, and this one is not."""


class AlreadyReturned(Refused):
    """The tool came back before."""


class TooFar(Refused):
    """We do not deliver there."""


class BadAmount(Refused):
    """Nobody pays nothing, or less."""


class AccountProblem(LarchError):
    """The customer's account stands in the way."""

    exit_status = 5


class CreditExceeded(AccountProblem):
    """The customer owes as much as they may owe."""


class AccountClosed(AccountProblem):
    """The customer does not hire from us any more, or we do not hire to them."""


class ImportRejected(LarchError):
    """A file was turned away as a whole."""

    exit_status = 7


class StoreBroken(LarchError):
    """The store is there and cannot be understood, or cannot be written."""

    exit_status = 8


class UnknownFinding(LarchError):
    """The gate noted a word that has no meaning here."""


class BadSetting(LarchError):
    """A setting has a value that makes no sense."""
