"""The schemas for editors: up to date, right about every file of the library, and hard on broken ones."""

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import JsonValue

from scenarios.matchers import KEYWORDS
from scenarios.places import LIBRARY
from scenarios.schema import scenario_schema, schemas, study_schema
from scenarios.yaml_file import read_yaml

BESIDE_THE_MODULE = LIBRARY.parent
GOOD: dict[str, Any] = {
    "title": "Refund",
    "system": "../policy.md",
    "mcp_servers": "servers.json",
    "servers": {"shop": {"builtin": "shop", "state": ["../world.yaml", {"orders": {}}]}},
    "segments": [
        {
            "id": "refund",
            "user": ["Refund it.", "Please."],
            "expect": {
                "calls": [{"id": "pay", "tool": "shop__refund", "args": {"amount": {"number": 4}}}],
                "say": [42.5, {"any_of": ["paid", {"date": "2026-03-14"}]}],
            },
        }
    ],
}


@pytest.mark.parametrize("name", schemas())
def test_the_files_are_up_to_date(name: str) -> None:
    assert json.loads((BESIDE_THE_MODULE / name).read_text("utf-8")) == schemas()[name], "run scripts/schema"


@pytest.mark.parametrize("schema", schemas().values(), ids=schemas())
def test_every_schema_is_one(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("suite", sorted(file.parent.name for file in LIBRARY.glob("*/suite.yaml")))
def test_the_library_fits(suite: str) -> None:
    by_file = schemas()
    for kind, pattern in (("suite", "suite.yaml"), ("scenario", "*/scenario.yaml")):
        validator = Draft7Validator(by_file[f"{kind}.schema.json"])
        for file in sorted((LIBRARY / suite).glob(pattern)):
            found = validator.iter_errors(read_yaml(file).value)
            assert [f"{file}: {error.json_path}: {error.message}" for error in found] == []


def test_a_file_with_everything_in_its_other_form_fits() -> None:
    assert wrong(GOOD) == []


@pytest.mark.parametrize(
    ("place", "value", "where"),
    [
        (("titel",), "x", "$"),
        (("suite",), "shop", "$"),
        (("segments",), [], "$.segments"),
        (("language",), "fr", "$.language"),
        (("servers", "shop"), {"builtin": "shop", "url": "http://x"}, "$.servers.shop"),
        (("servers", "my shop"), {"builtin": "shop"}, "$.servers"),
        (("servers", "shop", "state"), 3, "$.servers.shop.state"),
        (("servers", "shop", "watch"), {}, "$.servers.shop.watch"),
        (("segments", 0, "user"), 7, "$.segments[0].user"),
        (("segments", 0, "expect", "calls", 0, "tool"), "refund", "$.segments[0].expect.calls[0].tool"),
        (("segments", 0, "expect", "say"), 42.5, "$.segments[0].expect.say"),
        (("segments", 0, "expect", "answer"), {"any": True}, "$.segments[0].expect.answer"),
        (("limits",), {"steps": 0}, "$.limits.steps"),
        (("tools",), {"faults": [{"tool": "shop__refund", "error": "slwo"}]}, "$.tools.faults[0].error"),
    ],
)
def test_a_broken_file_does_not_fit_and_the_place_is_known(
    place: tuple[str | int, ...], value: JsonValue, where: str
) -> None:
    broken = json.loads(json.dumps(GOOD))
    inner = broken
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value

    assert where in wrong(broken)


@pytest.mark.parametrize(
    "matcher",
    [
        {"number": "4"},
        {"number": 4, "within": "1"},
        {"date": "14 March"},
        {"ref": "pay"},
        {"any_of": []},
        {"regex": "[0-9]+"},
        {"any": False},
        {"contains": ""},
        {"any_of": [{"number": "4"}]},
        {"nested": {"ref": "pay"}},
    ],
)
def test_a_matcher_that_is_written_wrongly_does_not_fit(matcher: JsonValue) -> None:
    broken = json.loads(json.dumps(GOOD))
    broken["segments"][0]["expect"]["calls"][0]["args"] = {"amount": matcher}

    assert wrong(broken) == ["$.segments[0].expect.calls[0].args.amount"]


@pytest.mark.parametrize(
    "matcher",
    [
        {"text": "a", "path": "/b"},
        {"equal": {"ref": 1}},
        {"number": {"ref": "pay.result.total"}, "within": 0.5, "optional": True},
        {"set": ["a"], "of": ["a", "b"]},
        {"regex": "[0-9]+", "example": "1"},
        [{"any": True}, None],
    ],
)
def test_every_form_of_a_matcher_fits_an_argument(matcher: JsonValue) -> None:
    asked = json.loads(json.dumps(GOOD))
    asked["segments"][0]["expect"]["calls"][0]["args"] = {"amount": matcher}

    assert wrong(asked) == []


@pytest.mark.parametrize(("part", "missing"), [("Argument", set()), ("Fact", {"any"})])
def test_an_editor_is_offered_every_keyword_with_its_options(part: str, missing: set[str]) -> None:
    forms = [form for form in scenario_schema()["$defs"][part]["anyOf"] if "required" in form]
    offered = {form["required"][0]: set(form["properties"]) - {"optional"} for form in forms}

    assert offered == {word: {word, *options} for word, options in KEYWORDS.items() if word not in missing}
    assert all(form["description"] for form in forms)


def test_every_field_of_an_expectation_is_explained() -> None:
    fields = scenario_schema()["$defs"]["Expectation"]["properties"]

    assert [name for name, field in fields.items() if not field.get("description")] == []


def test_a_study_may_name_a_model_or_describe_it() -> None:
    validator = Draft7Validator(study_schema())

    assert validator.is_valid({"models": ["reference/oracle", {"name": "local/x"}], "suites": ["shop"]})
    assert not validator.is_valid({"models": [{"nmae": "local/x"}], "suites": ["shop"]})


def wrong(file: JsonValue) -> list[str]:
    """The places that the schema has something against."""
    return [error.json_path for error in Draft7Validator(scenario_schema()).iter_errors(file)]
