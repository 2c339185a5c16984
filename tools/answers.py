"""What a model reads when its call was not sent, or came to harm on the way.

The words are short, say what to do next, and are in the scenario's language; what a schema says stays as the
validator says it.
"""

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.language import Language
from scenarios.transcript import CallProblem

_MOST_NAME = 200
"""Characters that are repeated of a name that no tool has."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back to the model for one call."""

    text: str
    structured: JsonValue = None
    problem: CallProblem | None = None
    detail: str | None = None


def malformed(reason: str, language: Language) -> Answer:
    text = {
        "en": f"Error: the arguments are not one JSON object ({reason}). The call was not made.",
        "zh": f"错误：参数不是一个 JSON 对象（{reason}），调用未执行。",
    }[language]
    return Answer(text=text, problem="malformed", detail=reason)


def unknown_tool(name: str, offered: Collection[str], language: Language) -> Answer:
    name = name[:_MOST_NAME]
    close = ", ".join(difflib.get_close_matches(name, offered, n=3, cutoff=0.5))
    text = {
        "en": f"Error: there is no tool {name!r}." + (f" Did you mean {close}?" if close else ""),
        "zh": f"错误：没有名为 {name!r} 的工具。" + (f"是否指 {close}？" if close else ""),
    }[language]
    return Answer(text=text, problem="unknown_tool", detail=name)


def schema_violated(tool: str, violations: list[str], language: Language) -> Answer:
    shown = "".join(f"\n- {violation}" for violation in violations[:5])
    text = {
        "en": f"Error: invalid arguments for {tool}; the call was not made.{shown}",
        "zh": f"错误：{tool} 的参数无效，调用未执行。{shown}",
    }[language]
    return Answer(text=text, problem="schema", detail=violations[0])
