"""`longspan models show`: what is known of a model and by whom."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
import yaml
from pydantic import JsonValue

from harness.environment import read_environment
from harness.models.local_names import LOCAL
from harness.registry.knowledge import load_knowledge
from harness.verbs.install import find_local
from harness.verbs.local_facts import local_facts, local_page
from harness.verbs.model_facts import facts, find_entry
from harness.verbs.planning import RegistryOption
from harness.verbs.setting import JsonFlag, spoken_errors
from local_models.catalog import model_names

_LONG = 30
"""Letters of a thing in a list that gets a line of its own."""


def show(
    name: Annotated[str, typer.Argument(help="A name such as qwen3.7-plus or local/NAME, or a vendor's id.")],
    *,
    registry: RegistryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what is known of a model and by whom, whether it has ended, and whether it could be asked now."""
    with spoken_errors():
        environment = read_environment()
        known = load_knowledge(registry, datetime.now(UTC).date(), environment.catalog)
        if name.startswith(LOCAL) or (
            known.registry.find(name) is None and name in model_names(known.catalog)
        ):
            told = local_facts if as_json else local_page
            shown = told(find_local(name, environment.home)[0], environment.home)
        else:
            shown = facts(*find_entry(name, known), known, environment)
    typer.echo(json.dumps(shown, ensure_ascii=False) if as_json else _page(shown))


class _Page(yaml.SafeDumper):
    """YAML to read: a list of numbers or words stands on one line."""

    def represent_list(self, data: Any) -> yaml.SequenceNode:
        short = all(len(str(one)) < _LONG for one in data)
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)


_Page.add_representer(list, _Page.represent_list)


def _page(shown: dict[str, JsonValue]) -> str:
    page: str = yaml.dump(shown, Dumper=_Page, sort_keys=False, allow_unicode=True, width=110)
    return page.rstrip()
