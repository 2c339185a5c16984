"""`longspan new`: start a suite or a scenario of one's own, ready to be checked."""

import json
import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.runs.places import write_whole
from harness.verbs.setting import JsonFlag, consoles, spoken_errors
from scenarios.problem import Problem, ScenarioError

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

_SUITE = "title: {title}\n"

_SCENARIO = """\
# The format is explained in docs/scenarios.md; prove the scenario with: longspan check {folder}
title: {title}
tags: [chain, write]
language: en
system: |
  You help the customers of a small shop. Look things up before you change them, and tell the customer
  what you did. Today is 2026-03-14.
servers:
  shop:
    builtin: shop        # or `command: [program, argument]`, or `url: https://…/mcp`; see docs/scenarios.md
    state:
      language: en
      now: "2026-03-14T10:00:00"
      customers:
        C-1001:
          name: Ada Berg
          email: ada@example.org
          phone: 555-0100
          addresses: {{home: {{recipient: Ada, street: Hill 1, city: Bern, postcode: "3011", region: CH}}}}
          default_address: home
        C-1002:
          name: Ole Berg
          email: ole@example.org
          phone: 555-0101
          addresses: {{home: {{recipient: Ole, street: Bay 2, city: Bergen, postcode: "5003", region: NO}}}}
          default_address: home
      # Empty here, and there all the same: a model may look into them.
      products: {{}}
      orders: {{}}
      shipments: {{}}
      coupons: {{}}
      gift_cards: {{}}
      returns: {{}}
      exchanges: {{}}
      refunds: {{}}
      notes: {{}}
      tickets: {{}}
      alerts: {{}}
      shop: {{name: Hill Shop, currency: EUR, free_shipping_from: 75.00, shipping: 4.90}}
segments:
  - id: phone
    user: >-
      This is Ada Berg. My phone number is now 555-0199; please change it in my account. And what is my
      customer number?
    expect:
      calls:
        - {{id: find, tool: shop__find_customers, args: {{name: {{any_of: [Ada Berg, Ada, Berg]}}}}}}
        - id: change
          tool: shop__update_contact
          args: {{customer: {{ref: find.result.0.id}}, phone: 555-0199}}
      allow: [shop__get_customer]
      say: [C-1001]
"""


@app.command("new", epilog="Example: longspan new suite my-suite")
def new(
    what: Annotated[Literal["scenario", "suite"], typer.Argument(help="What to start.")],
    name: Annotated[Path, typer.Argument(help="Its folder; the last part is its name.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Start a scenario or a suite of your own."""
    _, err = consoles()
    with spoken_errors():
        scenario = name / "first" if what == "suite" else name
        _refuse(name, scenario)
        title = name.name.replace("-", " ").capitalize()
        texts = {scenario / "scenario.yaml": _SCENARIO.format(title=title, folder=name)}
        if what == "suite":
            texts[name / "suite.yaml"] = _SUITE.format(title=title)
        for file, text in texts.items():
            write_whole(file, text.encode())
    if as_json:
        typer.echo(json.dumps({what: str(name), "files": [str(file) for file in texts]}, ensure_ascii=False))
    err.print(
        f"Wrote {scenario / 'scenario.yaml'}. Next: longspan check {name}", markup=False, soft_wrap=True
    )


def _refuse(name: Path, scenario: Path) -> None:
    """Raises `ScenarioError` for a folder that is there, or that no scenario can be read from."""
    if name.exists():
        raise ScenarioError([Problem(file=name, message="is there already; choose another name")])
    for folder in (scenario, scenario.absolute().parent):
        if not _NAME.fullmatch(folder.name):
            message = (
                f"{folder.name!r} cannot be the name of a suite or a scenario: only letters, digits, - and _"
            )
            raise ScenarioError([Problem(file=name, message=message)])
