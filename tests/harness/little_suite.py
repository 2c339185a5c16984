"""A suite of one's own on the built-in shop, written to disk as a user would write it."""

from pathlib import Path

_SCENARIO = """\
title: A new phone number for {who}
system: You help the customers of a small shop.
servers: {{shop: {{builtin: shop, state: ../world.yaml}}}}
segments:
  - id: phone
    user: This is {who}. My phone number is now 555-0199. Please change it, and tell me my customer number.
    expect:
      calls:
        - {{id: find, tool: shop__find_customers, args: {{name: {who}}}}}
        - id: change
          tool: shop__update_contact
          args: {{customer: {{ref: find.result.0.id}}, phone: 555-0199}}
      say: [{{ref: find.result.0.id}}]
"""

_WORLD = """\
language: en
now: "2026-03-14T10:00:00"
customers:
  C-1: {{name: ada, email: ada@example.org, phone: "1", default_address: home, addresses: {home}}}
  C-2: {{name: ole, email: ole@example.org, phone: "2", default_address: home, addresses: {home}}}
"""
_HOME = "{home: {recipient: A, street: Hill 1, city: Bern, postcode: X, region: CH}}"


def write_suite(folder: Path, *people: str, named: str | None = None) -> Path:
    """A scenario for each of the people, by their name or by another; the suite's folder."""
    folder.mkdir(parents=True)
    (folder / "suite.yaml").write_text("title: Little\n", "utf-8")
    (folder / "world.yaml").write_text(_WORLD.format(home=_HOME), "utf-8")
    for who in people:
        scenario = folder / (named or who)
        scenario.mkdir()
        (scenario / "scenario.yaml").write_text(_SCENARIO.format(who=who), "utf-8")
    return folder
