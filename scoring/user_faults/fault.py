"""One fault of a simulated user."""

from typing import Literal

from scenarios.record import Record

FaultOfUser = Literal["contradiction", "leak", "invention", "early_end", "loop"]
"""It says other than what it knows or saw; it gives away what it was told about its part, or falls out of it;
it states what it cannot know or did not do; it leaves before its time; it says the same again and again."""


class UserFault(Record):
    kind: FaultOfUser
    turn: int
    """Counted from 0 over what the user said."""
    why: str
