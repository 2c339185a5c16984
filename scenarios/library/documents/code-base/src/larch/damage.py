"""What comes back, and in what state.

Bringing a tool back closes the hire, but the price of putting the tool right belongs to the hire as well, so the
person at the gate notes one or more *findings*, and billing turns them into lines. The waiver covers some findings
and not others: it is for bad luck, and mud is not bad luck.

A tool is sent to the workshop by a finding that makes it unsafe, or by its hires: every tool is looked at there
regularly, whatever it looks like from outside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from larch.errors import AlreadyReturned, UnknownFinding
from larch.models import Hire, Line, LineKind, Tool, ToolState
from larch.repository import Repository

CLEANING_FEE_CENTS = 1250
"""For a tool that has to be washed before the next customer would touch it."""

SERVICE_EVERY_HIRES = 40
"""A tool is due for service after this many hires."""

LOSS_PERCENT = 85
"""What a lost tool costs, of its value; nobody gets a new one for the price of an old one."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that can be wrong with a tool, and what follows from it."""

    text: str
    cents: int = 0
    """A fixed price; findings with a share of the value have none."""
    value_percent: int = 0
    waived: bool = False
    """Whether the waiver covers it."""
    unsafe: bool = False
    """Whether the tool must go to the workshop before anybody takes it again."""


# TD: a grey ring round the chuck is not dirt. It is the grease the maker put there, leave it alone.
FINDINGS = {
    "dirty": Finding(text="Cleaning", cents=CLEANING_FEE_CENTS),
    "cable": Finding(text="Mains cable replaced", cents=2890, waived=True, unsafe=True),
    "guard": Finding(text="Guard missing or bent", cents=3460, waived=True, unsafe=True),
    "fuel": Finding(text="Wrong fuel, tank and lines flushed", cents=5580, unsafe=True),
    "case": Finding(text="Case or strap missing", cents=1640),
    "dented": Finding(text="Housing dented", waived=True),
    "seized": Finding(text="Motor seized", value_percent=40, waived=True, unsafe=True),
    "lost": Finding(text="Tool lost", value_percent=LOSS_PERCENT),
}
"""Every finding the gate may note, by the word that is typed."""


def finding(word: str) -> Finding:
    """The finding with this name. Raises `UnknownFinding` with the words there are."""
    try:
        return FINDINGS[word]
    except KeyError:
        known = ", ".join(sorted(FINDINGS))
        raise UnknownFinding(f"{word!r} is no finding; there are {known}") from None


def take_back(repo: Repository, hire_id: str, findings: Sequence[str], now: datetime) -> Hire:
    """Close a hire and put the tool where it belongs.

    Raises `AlreadyReturned` for a hire that is closed, and `UnknownFinding` before anything has been changed.
    """
    noted = [finding(word) for word in findings]
    hire = repo.hire(hire_id)
    if hire.back_at is not None:
        raise AlreadyReturned(f"{hire.id} came back on {hire.back_at:%d %B %Y}")
    closed = replace(hire, back_at=now, findings=tuple(findings))
    tool = repo.tool(hire.tool_code)
    repo.put_hire(closed)
    repo.put_tool(replace(tool, state=state_after(tool, findings, noted), service_due=due_for_service(tool)))
    return closed


def state_after(tool: Tool, words: Sequence[str], noted: Sequence[Finding]) -> ToolState:
    """Where a tool goes from the gate."""
    if "lost" in words:
        return ToolState.RETIRED
    if any(found.unsafe for found in noted) or due_for_service(tool):
        return ToolState.WORKSHOP
    return ToolState.IN


def due_for_service(tool: Tool) -> bool:
    """Whether the hires since the last service have used it up."""
    return tool.hires_since_service >= SERVICE_EVERY_HIRES


def serviced(repo: Repository, tool_code: str) -> Tool:
    """Note that the workshop has done its work, and put the tool back on its shelf."""
    tool = repo.tool(tool_code)
    fresh = replace(tool, state=ToolState.IN, service_due=False, serviced_at_hires=tool.hires)
    repo.put_tool(fresh)
    return fresh


def lines_for(hire: Hire, tool: Tool) -> Iterator[Line]:
    """The lines of an invoice that the findings of a hire lead to; what the waiver covers is shown at nothing."""
    for word in hire.findings:
        found = finding(word)
        cents = found.cents + tool.value_cents * found.value_percent // 100
        if cents == 0:
            continue
        if hire.waiver and found.waived:
            yield Line(kind=LineKind.DAMAGE, text=f"{found.text} (covered by waiver)", cents=0)
        else:
            yield Line(kind=LineKind.DAMAGE, text=found.text, cents=cents)
