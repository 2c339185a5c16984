"""How long a model may think before it answers, said once for all providers.

A setting is `off`, `on`, `adaptive` (the model decides), a number of tokens, or an effort.
"""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from scenarios.documents.length import parse_length
from scenarios.record import Record

Effort = Literal["minimal", "low", "medium", "high", "xhigh", "max"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)
Mode = Literal["off", "on", "adaptive", "budget", "effort"]


class Thinking(Record):
    """One setting."""

    mode: Mode
    tokens: Annotated[int, Field(ge=1)] | None = None
    """The most that it may think, for `budget`."""
    effort: Effort | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.mode == "budget") != (self.tokens is not None):
            raise ValueError("`tokens` is what a budget says, and stands nowhere else")
        if (self.mode == "effort") != (self.effort is not None):
            raise ValueError("`effort` is what an effort says, and stands nowhere else")
        return self

    def __str__(self) -> str:
        return str(self.tokens or self.effort or self.mode)

    @classmethod
    def parse(cls, text: object) -> Self:
        """A setting as people write it, or one that was read before. Raises `ValueError`."""
        if isinstance(text, cls):
            return text
        if isinstance(text, bool):
            return cls(mode="on" if text else "off")
        said = str(text).strip().casefold()
        if said in {"off", "on", "adaptive"}:
            return cls.model_validate({"mode": said})
        if said in EFFORTS:
            return cls.model_validate({"mode": "effort", "effort": said})
        try:
            return cls(mode="budget", tokens=parse_length(said.removeprefix("budget").strip()))
        except ValueError:
            raise ValueError(
                f"{text!r} is no setting of thinking; write off, on, adaptive, a number of tokens such as "
                f"8192 or 8k, or an effort: {', '.join(EFFORTS)}"
            ) from None

    @property
    def is_asked(self) -> bool:
        """Whether the model is asked to think; an adaptive one may do without."""
        return self.mode != "off"


def _settings(value: Any) -> Any:
    if isinstance(value, str):
        value = value.split(",")
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(Thinking.parse(one) for one in listed)


Settings = Annotated[tuple[Thinking, ...], BeforeValidator(_settings)]
"""`off,1024,8192`, a list of such, or one of them."""
