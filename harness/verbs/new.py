"""`longspan new`: start a suite or a scenario of one's own, ready to be checked."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.store import write_whole
from harness.verbs.setting import consoles, spoken_errors
from scenarios.problem import Problem, ScenarioError

app = typer.Typer(pretty_exceptions_enable=False)

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
        C-1: {{name: Ada Berg, email: ada@example.org, phone: "555-0100", tier: standard, addresses: {{}}}}
      notes: {{}}
segments:
  - id: note
    user: >-
      I am Ada Berg. Please note on my account that parcels may be left with the neighbours, and tell me
      my customer number.
    expect:
      calls:
        - {{id: find, tool: shop__find_customers, args: {{query: {{contains: Ada}}}}}}
      allow: [shop__get_customer, shop__list_notes]
      say: [C-1]
"""


@app.command("new")
def new(
    what: Annotated[Literal["scenario", "suite"], typer.Argument(help="What to start.")],
    name: Annotated[Path, typer.Argument(help="Its folder; the last part is its name.")],
) -> None:
    """Start a scenario or a suite of your own."""
    _, err = consoles()
    with spoken_errors():
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name.name):
            message = "a name has letters, digits and `-` only"
            raise ScenarioError([Problem(file=name, message=message)])
        if name.exists():
            raise ScenarioError([Problem(file=name, message="is there already; choose another name")])
        title = name.name.replace("-", " ").capitalize()
        scenario = name / "first" if what == "suite" else name
        if what == "suite":
            write_whole(name / "suite.yaml", _SUITE.format(title=title).encode())
        text = _SCENARIO.format(title=title, folder=name)
        write_whole(scenario / "scenario.yaml", text.encode())
    err.print(f"Wrote {scenario / 'scenario.yaml'}. Next: longspan check {name}", markup=False)
