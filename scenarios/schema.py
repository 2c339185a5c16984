"""JSON schemas of scenario.yaml, suite.yaml and study.yaml, by which an editor completes and checks them.

They are made from the records and say what a *file* may hold, which is a little more than the record that it
is read into: names of files in the place of what they hold, and one text where a list is meant. Descriptions
are the strings under the fields. An editor finds misspelt fields and wrong kinds of values by them; what
names what, only loading checks.

`python -m scenarios.schema` writes the files beside this module.
"""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from scenarios import line, load, reading, scenario, study, transcript, user
from scenarios.documents import generate
from scenarios.documents import own as own_documents
from scenarios.matchers import KEYWORDS

Schema = dict[str, Any]

_MODULES = (load, scenario, user, study, generate, own_documents)
_DIALECT = "http://json-schema.org/draft-07/schema#"  # what every editor speaks
_ARGUMENT, _FACT = {"$ref": "#/$defs/Argument"}, {"$ref": "#/$defs/Fact"}
_REF: Schema = {"type": "string", "pattern": r"^[\w-]+\.result(\.[^.]+)*$"}
_NUMBER: Schema = {
    "anyOf": [{"type": "number"}, {"type": "object", "properties": {"ref": _REF}, "required": ["ref"]}]
}


def schemas() -> dict[str, Schema]:
    """Every schema by the name of its file."""
    return {
        "scenario.schema.json": scenario_schema(),
        "suite.schema.json": suite_schema(),
        "study.schema.json": study_schema(),
    }


def scenario_schema() -> Schema:
    """A conversation, or with `document:` questions about a text."""
    talk, own = _conversation(), _of(own_documents.OwnScenario)
    parts = {**own.pop("$defs"), **talk.pop("$defs")}
    del own["$schema"], talk["$schema"]
    return {"$schema": _DIALECT, "$defs": parts, "if": {"required": ["document"]}, "then": own, "else": talk}


def suite_schema() -> Schema:
    schema = _of(load.SuiteFile)
    _also_one(schema["properties"], "generate", "layout")
    _also_one(schema["$defs"]["Generate"]["properties"], "language", "tokens")
    return schema


def _conversation() -> Schema:
    schema = _of(scenario.Scenario)
    fields, parts = schema["properties"], schema["$defs"]
    for name in ("suite", "id"):  # the folders' names
        del fields[name]
        schema["required"].remove(name)
    for name in ("reading", "theirs", "history"):  # made, and not written
        del fields[name]
    del parts["Expectation"]["properties"]["line"], parts["Theirs"]
    for name in [name for name in parts if any(hasattr(made, name) for made in (line, reading, transcript))]:
        if name != "JsonValue":
            del parts[name]
    parts["Move"]["properties"]["when"] = {
        "anyOf": [_FACT, {"type": "array", "items": _FACT}],
        "description": "Facts that the agent's reply states, all of them; none: any reply fits.",
    }
    fields["system"]["description"] = (
        "The system prompt: a .md or .txt file beside the scenario, or the text."
    )
    fields["mcp_servers"] = {
        "type": "string",
        "description": 'A JSON file beside this one with `{"mcpServers": {…}}`, as other tools use it.',
    }
    parts["Segment"]["properties"]["user"] = _one_or_many(parts["Segment"]["properties"]["user"], "string")
    parts["Server"]["properties"]["state"] = {
        **_one_or_many({"items": {"type": ["string", "object"]}}, "string", "object"),
        "description": "The starting state: a YAML file beside this one, a mapping, or a list of both, "
        "merged from left to right (null removes a key).",
    }
    fields["servers"]["additionalProperties"] = False
    parts["Server"]["oneOf"] = [{"required": [kind]} for kind in ("builtin", "command", "url", "shares")]
    parts["Watch"]["oneOf"] = [{"required": [kind]} for kind in ("folder", "sqlite", "tool")]
    parts["Argument"] = _matcher(_ARGUMENT, in_reply=False)
    parts["Fact"] = _matcher(_FACT, in_reply=True)
    return schema


def study_schema() -> Schema:
    schema = _of(study.Study)
    models = schema["properties"]["models"]
    models["items"] = {"anyOf": [{"type": "string"}, models["items"]]}
    _also_one(schema["properties"], "layout", "tokens")
    return schema


def write(folder: Path) -> None:
    """Write all schemas into a folder."""
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        (folder / name).write_text(text + "\n", "utf-8")


def _of(record: type[BaseModel]) -> Schema:
    """The record's own schema with what the strings under its fields say."""
    schema: Schema = record.model_json_schema()
    documented = {name: text for module in _MODULES for name, text in _documented(module)}
    for name, part in {record.__name__: schema, **schema.get("$defs", {})}.items():
        for field, about in part.get("properties", {}).items():
            if (name, field) in documented:
                about["description"] = documented[name, field]
    return {"$schema": _DIALECT, **_plain(schema)}


def _documented(module: ModuleType) -> Iterator[tuple[tuple[str, str], str]]:
    """The string under each field, by class and field."""
    for kind in ast.parse(inspect.getsource(module)).body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for above, below in pairwise(kind.body):
            match above, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    yield (kind.name, name), " ".join(text.split())


def _plain(schema: Any) -> Any:
    """Without titles, without defaults that say nothing, and without the null for a field left out."""
    match schema:
        case {"anyOf": [only, {"type": "null"}], **rest}:
            return _plain({**only, **rest})
        case {"$comment": "Argument" | "Fact" as matcher, **rest}:
            return _plain({"$ref": f"#/$defs/{matcher}", **rest})
        case {"$ref": ref, **rest} if rest:  # what stands beside a reference is passed over by older readers
            return {"allOf": [{"$ref": ref}], **_plain(rest)}
        case {"properties": dict(fields), **rest}:
            return {**_plain(rest), "properties": {name: _plain(field) for name, field in fields.items()}}
        case dict():
            tells = isinstance(default := schema.get("default"), str | int | float) and bool(default)
            dull = {"title"} if tells else {"title", "default"}
            return {key: _plain(value) for key, value in schema.items() if key not in dull}
        case list():
            return [_plain(value) for value in schema]
    return schema


def _also_one(fields: Schema, *names: str) -> None:
    """One thing may stand where a list of them is meant."""
    for name in names:
        about = {key: value for key, value in fields[name].items() if key == "description"}
        many = {key: value for key, value in fields[name].items() if key != "description"}
        fields[name] = {**about, "anyOf": [many["items"], many]}


def _one_or_many(many: Schema, *one: str) -> Schema:
    about = {key: value for key, value in many.items() if key == "description"}
    items = {key: value for key, value in many.items() if key != "description"}
    return {**about, "anyOf": [*({"type": kind} for kind in one), {"type": "array", **items}]}


def _matcher(itself: Schema, *, in_reply: bool) -> Schema:
    """Every way to write a matcher; an object that is none of them is data, whose values are matchers."""
    words = [word for word in KEYWORDS if not (in_reply and word == "any")]
    data = {
        "type": "object",
        "description": "An object as it is, its values being matchers.",
        "additionalProperties": itself,
        "not": {"anyOf": [_meant(word) for word in KEYWORDS]},
    }
    return {
        "anyOf": [
            *(_keyword(word, itself, in_reply=in_reply) for word in words),
            {"type": ["string", "number", "boolean", "null"]},
            {"type": "array", "items": itself},
            data,
        ]
    }


def _keyword(word: str, itself: Schema, *, in_reply: bool) -> Schema:
    about, spec = _spec(word, itself)
    options = {name: _option(name, itself) for name in sorted(KEYWORDS[word])}
    if not in_reply:
        options["optional"] = {"type": "boolean", "description": "The argument may be left out."}
    return {
        "type": "object",
        "description": about,
        "properties": {word: {**spec, "description": about}, **options},
        "required": [word, "example"] if word == "regex" else [word],
        "additionalProperties": False,
    }


def _meant(word: str) -> Schema:
    """An object that is read as this matcher."""
    return {"required": [word], "propertyNames": {"enum": [word, *sorted(KEYWORDS[word] | {"optional"})]}}


def _spec(word: str, itself: Schema) -> tuple[str, Schema]:
    """What a keyword means, and what stands behind it."""
    many: Schema = {"type": "array", "items": itself, "minItems": 1}
    specs: Mapping[str, tuple[str, Schema]] = {
        "equal": ("Exactly this value, also an object that looks like a matcher.", {}),
        "any_of": ("One of these.", many),
        "number": ("This number, or one `within` so much of it.", _NUMBER),
        "text": ("This text, whatever its case, width and spaces.", {"type": "string", "minLength": 1}),
        "contains": (
            "A text that mentions this, or all of these.",
            {"anyOf": [{"type": "string", "minLength": 1}, many]},
        ),
        "set": ("These in any order, and nothing else `of` the whole list.", many),
        "regex": ("A text that this regular expression matches.", {"type": "string"}),
        "date": ("This day, however it is written.", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
        "ref": ("What an earlier call returned at this place: CALL.result.KEY…", _REF),
        "any": ("Whatever is given.", {"const": True}),
    }
    return specs[word]


def _option(name: str, itself: Schema) -> Schema:
    options: Mapping[str, Schema] = {
        "within": {"type": "number", "minimum": 0, "description": "How far off a number may be."},
        "of": {"type": "array", "items": itself, "description": "The list that the set is chosen from."},
        "example": {"description": "What a perfect model would write here."},
    }
    return options[name]


if __name__ == "__main__":
    write(Path(__file__).parent)
