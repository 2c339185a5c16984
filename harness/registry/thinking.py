"""The fields that set a model's thinking at each provider, from one neutral setting.

What a model does not take is refused and never rounded to something near it.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, get_args

from pydantic import BeforeValidator, Field, JsonValue

from scenarios.record import Record
from scenarios.thinking import Effort, Mode, Thinking

Fields = dict[str, JsonValue]


class Switch(Record):
    """The fields of a request that set thinking, by wire format; `$tokens` and `$effort` stand for values."""

    off: dict[str, Fields] | None = None
    """None: it cannot be switched off."""
    on: dict[str, Fields] | None = None
    adaptive: dict[str, Fields] | None = None
    budget: dict[str, Fields] | None = None
    effort: dict[str, Fields] | None = None
    source: str


class Thought(Record):
    """What a model's thinking can be set to."""

    switch: str
    """Which fields set it: a name of `switches` in providers.yaml."""
    default: Annotated[Thinking, BeforeValidator(Thinking.parse)]
    """What is sent when nobody says."""
    efforts: tuple[Effort, ...] = ()
    """The efforts that it takes."""
    without: tuple[Mode, ...] = ()
    """Settings that its switch has and this model refuses."""
    least: Annotated[int, Field(ge=0)] = 0
    """Tokens of the smallest budget."""
    most: int | None = None
    """Tokens of the largest budget; None: the output limit is the only bound."""
    likely: Annotated[int, Field(ge=0)] = 0
    """Tokens that it likely thinks in each request by default; an assumption of plans."""
    source: str = ""

    def fields(self, setting: Thinking, switch: Switch, wire: str) -> Fields:
        """What a request carries for a setting. Raises `ValueError` saying which settings there are."""
        template = self._template(setting.mode, switch) if self._takes(setting) else None
        if template is None:
            raise ValueError(f"its thinking cannot be {setting}; it takes {self._known(switch, wire)}")
        if wire not in template:
            raise ValueError(
                f"its thinking cannot be {setting} over {wire}, but over {', '.join(template)}; "
                f"over {wire} it takes {self._known(switch, wire)}"
            )
        values: Mapping[str, JsonValue] = {"$tokens": setting.tokens, "$effort": setting.effort}
        filled = _filled(template[wire], values)
        return filled if isinstance(filled, dict) else {}

    def _takes(self, setting: Thinking) -> bool:
        """Whether a number is one of its budgets, and an effort one of its efforts."""
        if setting.tokens is not None:
            return self.least <= setting.tokens <= (self.most or setting.tokens)
        return setting.effort is None or setting.effort in self.efforts

    def _template(self, mode: Mode, switch: Switch) -> dict[str, Fields] | None:
        """By wire format; None: it does not take such a setting."""
        found: dict[str, Fields] | None = getattr(switch, mode)
        return None if mode in self.without else found

    def _known(self, switch: Switch, wire: str) -> str:
        """The settings that it takes over a wire format, in words."""
        return ", ".join(self._settings(switch, wire)) or "no setting"

    def _settings(self, switch: Switch, wire: str) -> Iterator[str]:
        for mode in get_args(Mode):
            if wire not in (self._template(mode, switch) or {}):
                continue
            if mode == "effort":
                yield from self.efforts
            elif mode == "budget":
                upto = "" if self.most is None else f" to {self.most}"
                yield f"a number of tokens from {max(1, self.least)}{upto}"
            else:
                yield mode


def _filled(template: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    """The template with its placeholders replaced."""
    if isinstance(template, dict):
        return {name: _filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    return values.get(template, template) if isinstance(template, str) else template
