"""Our chat templates, rendered as transformers and vLLM render them, and what is in the text then."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from local_models.catalog import TEMPLATES

utils = pytest.importorskip("transformers.utils.chat_template_utils", reason="needs the extra `transformers`")

CALL = re.compile(
    r"<｜tool▁call▁begin｜>function<｜tool▁sep｜>(?P<name>.*)\n```json\n(?P<args>.*)\n```<｜tool▁call▁end｜>"
)
CALL_V31 = re.compile(r"<｜tool▁call▁begin｜>(?P<name>.*?)<｜tool▁sep｜>(?P<args>.*?)<｜tool▁call▁end｜>")
"""The forms that vLLM 0.32 looks for; `scripts.catalog_truth` asks its parsers themselves."""
FORMS = {"deepseek-v3": CALL, "deepseek-v3.1": CALL_V31}
BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
TOOL = {
    "type": "function",
    "function": {
        "name": "shop__refund",
        "description": "Refunds an order „at once“.",
        "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}},
    },
}
USER = {"role": "user", "content": "Refund order 17, 请."}


def call(name: str, arguments: object) -> dict[str, object]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def rendered(
    template: str, *messages: Mapping[str, object], tools: list[object] | None = None, **arguments: Any
) -> str:
    text = (TEMPLATES / f"{template}.jinja").read_text(encoding="utf-8")
    said = {"add_generation_prompt": True, "bos_token": BOS, **arguments}
    found: str = utils.render_jinja_template([list(messages)], tools=tools, chat_template=text, **said)[0][0]
    return found


@pytest.mark.parametrize("template", FORMS)
def test_without_tools_a_conversation_is_what_the_makers_describe(template: str) -> None:
    first = {"role": "system", "content": "Be brief."}
    answer = {"role": "assistant", "content": "Done."}
    closed = "</think>" if template == "deepseek-v3.1" else ""
    assert rendered(template, first, USER, answer, USER) == (
        f"{BOS}Be brief.<｜User｜>Refund order 17, 请.<｜Assistant｜>{closed}Done.{EOS}"
        f"<｜User｜>Refund order 17, 请.<｜Assistant｜>{closed}"
    )


@pytest.mark.parametrize("template", FORMS)
def test_tools_stand_once_in_front_as_plain_json(template: str) -> None:
    text = rendered(template, {"role": "system", "content": "Be brief."}, USER, tools=[TOOL])
    head, _, rest = text.partition("<｜User｜>")
    assert head.startswith(f"{BOS}Be brief.\n\n# Functions\n")
    assert json.dumps(TOOL["function"], ensure_ascii=False) in head
    assert "shop__refund" not in rest


@pytest.mark.parametrize(("template", "form"), FORMS.items())
@pytest.mark.parametrize("arguments", [{"order": 17, "why": "</b>\n„so“"}, {}])
def test_calls_are_written_in_the_form_that_the_parser_reads(
    template: str, form: re.Pattern[str], arguments: dict[str, object]
) -> None:
    for given in (arguments, json.dumps(arguments)):
        turn = {"role": "assistant", "content": None, "tool_calls": [call("a__b", given), call("c", {})]}
        text = rendered(template, USER, turn, tools=[TOOL]).rpartition("<｜Assistant｜>")[0]
        found = [
            (one["name"], json.loads(one["args"])) for one in form.finditer(text.partition("<｜User｜>")[2])
        ]
        assert found == [("a__b", arguments), ("c", {})]
        assert text.count("<｜tool▁calls▁begin｜>") == 2  # the example and the turn
        assert text.endswith(f"<｜tool▁calls▁end｜>{EOS}")


@pytest.mark.parametrize("template", FORMS)
def test_the_example_of_a_call_has_the_very_form_of_a_call(template: str) -> None:
    example = FORMS[template].search(rendered(template, USER, tools=[TOOL]))
    assert example is not None
    assert (example["name"], json.loads(example["args"])) == ("NAME", {"ARGUMENT": "VALUE"})


@pytest.mark.parametrize("template", FORMS)
def test_after_results_the_same_turn_goes_on(template: str) -> None:
    asked = {"role": "assistant", "content": "", "tool_calls": [call("a", {}), call("b", {})]}
    results = [{"role": "tool", "content": said} for said in ("one", "two")]
    text = rendered(template, USER, asked, *results, tools=[TOOL])
    _, _, after = text.rpartition(EOS)
    assert [
        part.partition("<｜tool▁output▁end｜>")[0] for part in after.split("<｜tool▁output▁begin｜>")[1:]
    ] == [
        "one",
        "two",
    ]
    assert after.endswith("<｜tool▁outputs▁end｜>" if template == "deepseek-v3" else "<｜tool▁output▁end｜>")
    whole = rendered(template, USER, asked, *results, {"role": "assistant", "content": "Done."}, USER)
    assert whole.rpartition("<｜User｜>")[0].endswith(f"｜>Done.{EOS}")


@pytest.mark.parametrize("template", FORMS)
def test_what_was_thought_before_is_left_out(template: str) -> None:
    answer = {"role": "assistant", "content": "<think>Let me see: secret.</think>Done."}
    text = rendered(template, USER, answer, USER)
    assert "secret" not in text
    assert "Done." in text


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ({}, "</think>"),
        ({"thinking": False, "enable_thinking": False}, "</think>"),
        ({"thinking": True}, "<think>"),
        ({"enable_thinking": True}, "<think>"),
    ],
)
def test_thinking_is_opened_only_where_it_is_asked_for(arguments: dict[str, Any], end: str) -> None:
    assert rendered("deepseek-v3.1", USER, **arguments).endswith(f"<｜Assistant｜>{end}")


@pytest.mark.parametrize("template", FORMS)
def test_a_role_that_no_one_knows_is_refused(template: str) -> None:
    jinja2 = pytest.importorskip("jinja2")
    with pytest.raises(jinja2.TemplateError, match="no message can be by critic"):
        rendered(template, USER, {"role": "critic", "content": "No."})


def test_smollm2_gets_tools_in_the_hermes_form() -> None:
    asked = {"role": "assistant", "content": "", "tool_calls": [call("a", {"x": 1})]}
    text = rendered("smollm2", USER, asked, {"role": "tool", "content": "one"}, tools=[TOOL])
    assert '<tool_call>\n{"name": "a", "arguments": {"x": 1}}\n</tool_call>' in text
    assert text.endswith("<tool_response>\none\n</tool_response><|im_end|>\n<|im_start|>assistant\n")
