"""Why a run cannot go on. Apart, since every verb says it and few play a run."""


class RunStopped(Exception):
    """The run cannot go on; what was finished is kept, and the message says what to do."""


class CapReached(RunStopped):
    """What is left may cost more than the run may; what was on its way came to its end first."""
