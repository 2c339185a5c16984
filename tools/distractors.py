"""Tools that stand beside the real ones and are of no use: a model has to leave them alone.

They are written by hand, belong to servers that do not exist, and answer the same nothing to every call. A
scenario gets the same ones on every run, chosen by its name; Chinese scenarios get Chinese ones among them.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from scenarios.exam import ToolSpec
from scenarios.language import Language
from tools.failure import WorldFailed
from tools.offers import Offer

_FILES = {"en": ("distractors.yaml",), "zh": ("distractors.yaml", "distractors_zh.yaml")}


@lru_cache(maxsize=1024)
def distractors(
    count: int, scenario: str, language: Language, avoid: frozenset[str] = frozenset()
) -> tuple[Offer, ...]:
    """`count` useless tools for a scenario, none of a server in `avoid`.

    Raises `WorldFailed` when there are not so many.
    """
    fitting = [offer for offer in all_distractors(language) if offer.server not in avoid]
    if count > len(fitting):
        message = f"{scenario} wants {count} distractors; ask for at most {len(fitting)}"
        raise WorldFailed("too_few_distractors", "", message)

    def lot(offer: Offer) -> bytes:
        return hashlib.sha256(f"{scenario} {offer.spec.name}".encode()).digest()

    return tuple(sorted(fitting, key=lot)[:count])


@cache
def all_distractors(language: Language) -> tuple[Offer, ...]:
    """Every one there is for scenarios in a language, read once in a process."""
    return tuple(
        _offer(server["server"], tool)
        for file in _FILES[language]
        for server in yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))
        for tool in server["tools"]
    )


def _offer(server: str, tool: dict[str, Any]) -> Offer:
    spec = ToolSpec(
        name=f"{server}__{tool['name']}",
        description=tool["description"],
        input_schema={
            "type": "object",
            "properties": tool["properties"],
            "required": tool["required"],
            "additionalProperties": False,
        },
        writes=tool.get("writes", False),
        distractor=True,
    )
    return Offer(spec=spec, server=server, tool=tool["name"], answer=tool["answer"])
