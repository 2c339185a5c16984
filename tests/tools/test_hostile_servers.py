"""MCP servers over stdio that are broken or hostile: each is a result, or a `WorldFailed`, within bounds."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import JsonValue

from scenarios.scenario import Server, Watch
from scenarios.transcript import ToolMessage
from tests.tools.programs import program
from tests.tools.tiny_world import call, home, scenario
from tools.failure import WorldFailed
from tools.open_world import open_world
from tools.process import LOG_LIMIT
from tools.results import TEXT_LIMIT

pytestmark = pytest.mark.anyio

CALL = call("s__go", '{"a": "bcd"}')


async def answered(tmp_path: Path, changed: str = "", called: str = "", **changes: Any) -> ToolMessage:
    server = program(tmp_path / "p", changed, called=called)
    async with open_world(scenario({"s": server}), home=home(tmp_path, **changes)) as world:
        answer = await world.call(CALL)
    assert ToolMessage.model_validate_json(answer.model_dump_json()) == answer
    return answer


async def failure(tmp_path: Path, changed: str = "", called: str = "", **changes: Any) -> WorldFailed:
    with pytest.raises(WorldFailed) as caught:
        await answered(tmp_path, changed, called, **changes)
    str(caught.value).encode()
    assert len(str(caught.value)) < 4000
    return caught.value


async def names(tmp_path: Path, tools: str) -> list[str]:
    server = program(tmp_path / "p", f"TOOLS[:] = {tools}")
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        return [spec.name for spec in world.tools]


async def test_names_are_such_as_the_apis_take(tmp_path: Path) -> None:
    odd = '[{**TOOL, "name": name} for name in ("工具 \\n\\u0000", "g" * 300, "g" * 299 + "h")]'
    spelt = await names(tmp_path, odd)
    assert spelt[0] == "s_______"
    assert [len(name) for name in spelt[1:]] == [64, 64]
    assert spelt[1] != spelt[2]


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ('[{**TOOL, "name": ""}]', "one has no name"),
        ('[{**TOOL, "description": "d" * 2_000_000}]', "characters, and at most 1,048,576 are read"),
        ('[{**TOOL, "name": f"t{n}"} for n in range(1001)]', "1,001 tools, and at most 1,000 are read"),
        (
            '[{**TOOL, "inputSchema": {"type": "object", "enum": json.loads("[" * 99 + "]" * 99)}}]',
            "nested deeper",
        ),
    ],
)
async def test_a_list_of_tools_that_no_model_could_read_is_refused(
    tools: str, said: str, tmp_path: Path
) -> None:
    found = await failure(tmp_path, f"TOOLS[:] = {tools}")
    assert found.kind == "protocol"
    assert said in str(found)


@pytest.mark.parametrize("cursor", ['"again"', "os.urandom(4).hex()"])
async def test_a_list_of_tools_without_end_is_given_up(cursor: str, tmp_path: Path) -> None:
    listed = f'def listed(request): answer(request, {{"tools": [TOOL], "nextCursor": {cursor}}})'
    found = await failure(tmp_path, listed)
    assert "more than 100 pages" in str(found)


@pytest.mark.parametrize(
    "rule",
    [
        {"$ref": "http://127.0.0.1:9/remote"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        {"allOf": [{"$ref": "#/properties/a"}]},
        {"$dynamicRef": "#nowhere"},
        {"type": 7},
        {"minLength": -1},
    ],
)
async def test_a_schema_that_cannot_be_used_is_the_servers_fault(rule: JsonValue, tmp_path: Path) -> None:
    whole = rule if rule == {"$ref": "#"} else {"properties": {"a": rule}}
    found = await failure(tmp_path, f'TOOL["inputSchema"] |= {whole!r}')
    assert found.kind == "protocol"
    assert "'go' is no JSON Schema that can be used" in str(found)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": True}},
        {"properties": {"a": {"pattern": "((("}}},
        {"properties": {"a": {"pattern": r"^\p{L}+$"}}},
        {"patternProperties": {"(((": {"type": "integer"}}, "additionalProperties": False},
        {"unevaluatedProperties": False, "patternProperties": {"^a": True}},
        {"$schema": "http://127.0.0.1:9/unknown"},
        {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"b": {"items": [True]}}},
    ],
)
async def test_a_schema_that_is_odd_is_used_as_far_as_it_goes(schema: JsonValue, tmp_path: Path) -> None:
    said = 'TOOL["inputSchema"] |= ' + repr(schema)
    assert (await answered(tmp_path, said)).text == "done"


async def test_a_careless_pattern_keeps_nobody_busy(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"pattern": "^(x+)+$"}}, "patternProperties": {"^(x+)+$": {}}}
    server = program(tmp_path / "p", f'TOOL["inputSchema"] |= {schema!r}')
    hostile = "x" * 40 + "!"
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert (await world.call(call("s__go", f'{{"a": "{hostile}", "{hostile}": 1}}'))).text == "done"


async def test_additional_arguments_are_still_refused_where_no_pattern_allows_them(tmp_path: Path) -> None:
    answer = await answered(tmp_path, 'TOOL["inputSchema"]["additionalProperties"] = False')
    assert answer.problem == "schema"


async def test_arguments_nested_as_deep_as_can_be_are_the_models_mistake(tmp_path: Path) -> None:
    recursive = {"properties": {"a": {"anyOf": [{"$ref": "#"}, {"type": "integer"}]}}}
    server = program(tmp_path / "p", f'TOOL["inputSchema"] |= {recursive!r}')
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        for levels, problem in ((60, None), (70, "malformed"), (100_000, "malformed")):
            nested = '{"a": ' * levels + "1" + "}" * levels
            assert (await world.call(call("s__go", nested))).problem == problem


@pytest.mark.parametrize(
    "said",
    [
        'say(request, "x", structuredContent={"n": float("nan")})',
        'say(request, "x", structuredContent={"n": 10**400})',
        'say(request, "x", structuredContent={"n": json.loads("[" * 99 + "]" * 99)})',
        'say(request, "x", structuredContent={"n": "y" * 5_000_000})',
        r'say(request, "[\"\\ud800\"]")',
        'say(request, "[1e999]")',
        'say(request, "[" + "9" * 5000 + "]")',
        'say(request, "[" * 500 + "]" * 500)',
        'say(request, "[" * 100_000)',
    ],
)
async def test_json_that_nobody_could_read_back_is_not_kept(said: str, tmp_path: Path) -> None:
    answer = await answered(tmp_path, called=said)
    assert (answer.problem, answer.structured) == (None, None)


async def test_a_result_that_breaks_its_output_schema_is_passed_on(tmp_path: Path) -> None:
    schema = 'TOOL["outputSchema"] = {"type": "object", "required": ["n"]}'
    said = 'say(request, "no", isError=True, structuredContent={"m": 1})'
    answer = await answered(tmp_path, schema, said)
    assert (answer.text, answer.structured, answer.problem) == ("no", {"m": 1}, "tool_error")


@pytest.mark.parametrize(
    "said",
    [
        'say(request, "y" * 3_000_000)',
        'send({"id": request["id"], "error": {"code": 1, "message": "y" * 3_000_000}})',
    ],
)
async def test_a_model_is_not_drowned_in_a_result(said: str, tmp_path: Path) -> None:
    text = (await answered(tmp_path, called=said)).text
    assert text.endswith("[cut here: 3,000,000 characters in all]")
    assert len(text) < TEXT_LIMIT + 100


@pytest.mark.parametrize("end", [r' + "\n"', ""])
async def test_a_message_without_end_is_given_up(end: str, tmp_path: Path) -> None:
    endless = f'sys.stdout.write("y" * 40_000_000{end}); sys.stdout.flush(); time.sleep(600)'
    found = await failure(tmp_path, called=endless, call_timeout=5.0)
    assert found.kind == "server_garbage"
    assert "a message of more than 32 MiB" in str(found)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (r"sys.stdout.buffer.write(b'\xff\n'); sys.stdout.flush()", "'�'"),
        ('send({"id": request["id"], "result": None})', '"result": null'),
        ('send({"id": request["id"], "error": "x"})', '"error": "x"'),
        (r'say(request, "\ud800")', r"\\ud800"),
        ('print("[" * 100_000, flush=True)', "'[[[["),
        ('print("[1]", flush=True)', "'[1]'"),
    ],
)
async def test_what_is_not_mcp_is_quoted(wrong: str, said: str, tmp_path: Path) -> None:
    found = await failure(tmp_path, called=wrong, call_timeout=1.0)
    assert found.kind == "server_garbage"
    assert said in str(found)


async def test_noise_on_stdout_does_not_reach_our_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = 'for n in range(100): print("noise", n)\nprint()\nsay(request, "ok")'
    assert (await answered(tmp_path, called=noise)).text == "ok"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "said",
    [
        'say(request, "ok"); say(request, "again")',
        'send({"id": request["id"] + 1, "result": {"content": []}}); say(request, "ok")',
        'send({"id": "?", "error": {"code": 1, "message": "?"}}); say(request, "ok")',
        'log = {"method": "notifications/message", "params": {"level": "info", "data": 1}}\n'
        "for n in range(500): send(log)\n"
        'send({"method": "notifications/tools/list_changed"})\nsay(request, "ok")',
    ],
)
async def test_messages_that_nobody_waits_for_are_passed_over(said: str, tmp_path: Path) -> None:
    assert (await answered(tmp_path, called=said)).text == "ok"


@pytest.mark.parametrize(
    "method", ["sampling/createMessage", "elicitation/create", "roots/list", "no/such/method"]
)
async def test_what_a_server_asks_of_us_is_declined(method: str, tmp_path: Path) -> None:
    asked = f'send({{"id": "s", "method": "{method}"}})\nsay(request, sys.stdin.readline())'
    answer = await answered(tmp_path, called=asked)
    assert isinstance(answer.structured, dict)
    assert "error" in answer.structured


async def test_answers_may_come_in_another_order(tmp_path: Path) -> None:
    later = """
waiting.append(request)
if len(waiting) == 2:
    for one in reversed(waiting):
        say(one, one["params"]["arguments"]["a"])
"""
    server = program(tmp_path / "p", "waiting = []", called=later)
    texts: dict[str, str] = {}
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:

        async def ask(word: str) -> None:
            texts[word] = (await world.call(call("s__go", f'{{"a": "{word}"}}'))).text

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, "one")
            tasks.start_soon(ask, "two")
    assert texts == {"one": "one", "two": "two"}


async def test_a_flood_on_stderr_leaves_a_small_log_with_the_last_words(tmp_path: Path) -> None:
    flood = 'for n in range(64): sys.stderr.write("x" * 2**20 + "\\n")\nsys.exit("the last words")'
    found = await failure(tmp_path, called=flood)
    assert found.kind == "server_exited"
    assert "the last words" in str(found)
    (log,) = (tmp_path / "logs").iterdir()
    assert log.stat().st_size <= LOG_LIMIT + 2**17


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


START = """
import signal, subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
"""


@pytest.mark.parametrize(
    ("changed", "called"),
    [
        (START, "say(request, str(child.pid))"),
        (START, "say(request, str(child.pid)); sys.exit()"),
        (START, "say(request, str(child.pid)); os._exit(1)"),
        (
            "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            "say(request, str(os.getpid()))\ntime.sleep(600)",
        ),
    ],
)
async def test_nobody_is_left_behind(changed: str, called: str, tmp_path: Path) -> None:
    pid = int((await answered(tmp_path, changed, called)).text)
    assert not running(pid)
    assert list((tmp_path / "work").iterdir()) == []


async def test_what_moves_into_a_session_of_its_own_keeps_nobody_waiting(tmp_path: Path) -> None:
    away = START.replace('600)"]', '600)"], start_new_session=True')
    pid = int((await answered(tmp_path, away, "say(request, str(child.pid)); sys.exit()")).text)
    os.kill(pid, signal.SIGKILL)


async def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\x00\x01")
    (tmp_path / "bad").chmod(0o755)
    for command in ((str(tmp_path / "bad"),), (str(tmp_path),), (sys.executable, "x" * 3_000_000)):
        with pytest.raises(WorldFailed) as caught:
            async with open_world(scenario({"s": Server(command=command)}), home=home(tmp_path)):
                pass
        assert caught.value.kind == "command_not_found"


async def test_a_secret_that_was_filled_in_is_in_no_message(tmp_path: Path) -> None:
    leak = 'sys.exit("the token is " + os.environ["TOKEN"])'
    server = program(tmp_path / "p", leak).model_copy(update={"env": {"TOKEN": "Bearer ${SECRET}"}})
    with pytest.raises(WorldFailed) as caught:
        async with open_world(
            scenario({"s": server}), home=home(tmp_path, environ={"SECRET": "s3cr3t-s3cr3t"})
        ):
            pass
    assert "the token is Bearer ${SECRET}" in str(caught.value)


async def test_the_state_is_a_watched_tools_text_where_its_json_cannot_be_kept(tmp_path: Path) -> None:
    said = 'say(request, "[1e999]", structuredContent={"n": 10**400})'
    server = program(tmp_path / "p", called=said, watch=Watch(tool="go"))
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert await world.snapshot() == {"s": "[1e999]"}
