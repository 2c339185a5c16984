import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from scenarios.scenario import Server, Transport, Watch
from scenarios.transcript import ToolMessage
from tests.tools.programs import program
from tests.tools.tiny_world import call, home, scenario
from tools.failure import WorldFailed
from tools.open_world import OpenWorld, open_world

pytestmark = pytest.mark.anyio

CALL = call("s__go")


async def answered(server: Server, tmp_path: Path) -> ToolMessage:
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        return await world.call(CALL)


async def failure(server: Server, tmp_path: Path, **limits: Any) -> WorldFailed:
    """How the server fails when it is opened and called once."""
    with pytest.raises(WorldFailed) as caught:
        async with open_world(scenario({"s": server}), home=home(tmp_path, **limits)) as world:
            await world.call(CALL)
    assert caught.value.server == "s"
    return caught.value


async def test_any_program_that_speaks_mcp_is_a_server(tmp_path: Path) -> None:
    async with open_world(scenario({"s": program(tmp_path / "p")}), home=home(tmp_path)) as world:
        assert [(spec.name, spec.writes) for spec in world.tools] == [("s__go", False)]
        assert world.protocols == {"s": "2025-11-25"}
        assert (await world.call(CALL)).text == "done"
        assert await world.snapshot() == {"s": None}


async def test_a_server_that_exits_at_once_is_quoted(tmp_path: Path) -> None:
    found = await failure(program(tmp_path / "p", 'sys.exit("no licence key")'), tmp_path)
    assert found.kind == "server_exited"
    assert "no licence key" in str(found)


async def test_a_server_that_exits_during_a_call_is_quoted(tmp_path: Path) -> None:
    found = await failure(program(tmp_path / "p", called='sys.exit("out of ideas")'), tmp_path)
    assert found.kind == "server_exited"
    assert "ended during the call of go" in str(found)
    assert "out of ideas" in str(found)


async def test_what_a_failed_server_wrote_is_kept_and_the_rest_is_removed(tmp_path: Path) -> None:
    noisy = 'print("starting", file=sys.stderr)'
    await answered(program(tmp_path / "good", noisy), tmp_path)
    assert list((tmp_path / "logs").iterdir()) == []
    await failure(program(tmp_path / "bad", noisy, called="sys.exit(1)"), tmp_path)
    (log,) = (tmp_path / "logs").iterdir()
    assert log.read_text("utf-8") == "starting\n"
    assert list((tmp_path / "work").iterdir()) == []


async def test_a_server_that_does_not_answer_a_call_hangs(tmp_path: Path) -> None:
    found = await failure(program(tmp_path / "p", called="pass"), tmp_path, call_timeout=0.2)
    assert found.kind == "server_hung"
    assert "did not answer the call of go within 0.2 seconds" in str(found)


async def test_a_server_that_never_greets_back_is_given_up(tmp_path: Path) -> None:
    found = await failure(program(tmp_path / "p", "def hello(request): pass"), tmp_path, open_timeout=1.0)
    assert found.kind == "open_timeout"


@pytest.mark.parametrize("moment", ["hello", "called"])
async def test_garbage_before_the_end_is_quoted(moment: str, tmp_path: Path) -> None:
    end = f'def {moment}(request): print("Traceback: oh", flush=True); sys.exit()'
    found = await failure(program(tmp_path / "p", end), tmp_path)
    assert found.kind == "server_garbage"
    assert "'Traceback: oh'" in str(found)


async def test_garbage_instead_of_an_answer_is_quoted(tmp_path: Path) -> None:
    server = program(tmp_path / "p", called='print("Traceback: oh", flush=True)')
    found = await failure(server, tmp_path, call_timeout=2.0)
    assert found.kind == "server_garbage"
    assert "answered the call of go with what is not MCP: 'Traceback: oh'" in str(found)


async def test_garbage_beside_an_answer_is_forgiven(tmp_path: Path) -> None:
    server = program(
        tmp_path / "p", 'print("Welcome!", flush=True)', called='print("...")\nsay(request, "ok")'
    )
    assert (await answered(server, tmp_path)).text == "ok"


async def test_a_result_that_is_no_result_breaks_the_protocol(tmp_path: Path) -> None:
    found = await failure(program(tmp_path / "p", called='answer(request, {"content": "x"})'), tmp_path)
    assert found.kind == "protocol"
    assert "content" in str(found)


@pytest.mark.parametrize("code", [-32603, -32602, -32000, 7])
async def test_a_json_rpc_error_is_the_servers_no(code: int, tmp_path: Path) -> None:
    error = f'send({{"id": request["id"], "error": {{"code": {code}, "message": "no such row"}}}})'
    answer = await answered(program(tmp_path / "p", called=error), tmp_path)
    assert (answer.text, answer.problem) == ("no such row", "tool_error")


async def test_a_request_that_the_server_calls_invalid_breaks_the_protocol(tmp_path: Path) -> None:
    error = 'send({"id": request["id"], "error": {"code": -32600, "message": "what?"}})'
    assert (await failure(program(tmp_path / "p", called=error), tmp_path)).kind == "protocol"


@pytest.mark.parametrize(
    ("command", "remedy"),
    [
        ("mcp-server-everything", "npm install -g @modelcontextprotocol/server-everything"),
        ("no-such-server", "write its full path"),
    ],
)
async def test_a_command_that_is_not_there_comes_with_the_remedy(
    command: str, remedy: str, tmp_path: Path
) -> None:
    found = await failure(Server(command=(command,)), tmp_path)
    assert found.kind == "command_not_found"
    assert f"cannot start '{command}'" in str(found)
    assert remedy in str(found)


async def test_a_server_that_knows_only_the_stateless_protocol_is_spoken_to_in_it(tmp_path: Path) -> None:
    changed = """
def hello(request):
    supported = {"supported": ["2026-07-28"], "requested": request["params"]["protocolVersion"]}
    send({"id": request["id"], "error": {"code": -32022, "message": "unsupported", "data": supported}})

def answer(request, result):
    complete = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
    send({"id": request["id"], "result": {**complete, **result}})
"""
    server = program(tmp_path / "p", changed)
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert world.protocols == {"s": "2026-07-28"}
        assert (await world.call(CALL)).text == "done"


async def test_the_list_of_tools_is_read_to_its_last_page(tmp_path: Path) -> None:
    changed = """
def listed(request):
    page = int(request.get("params", {}).get("cursor", 0))
    more = {"nextCursor": str(page + 1)} if page < 2 else {}
    answer(request, {"tools": [{**TOOL, "name": f"go{page}"}], **more})
"""
    server = program(tmp_path / "p", changed)
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert [spec.name for spec in world.tools] == ["s__go0", "s__go1", "s__go2"]


async def test_names_that_the_apis_refuse_are_respelt_and_still_reach_their_tool(tmp_path: Path) -> None:
    changed = 'TOOLS[:] = [{**TOOL, "name": "git.log/all"}]'
    server = program(tmp_path / "p", changed, called='say(request, request["params"]["name"])')
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert (await world.call(call("s__git_log_all"))).text == "git.log/all"


async def test_names_that_become_one_are_refused(tmp_path: Path) -> None:
    changed = 'TOOLS[:] = [{**TOOL, "name": "a.b"}, {**TOOL, "name": "a/b"}]'
    found = await failure(program(tmp_path / "p", changed), tmp_path)
    assert "two of its tools come out as 's__a_b'" in str(found)


async def test_a_schema_that_is_none_is_the_servers_fault(tmp_path: Path) -> None:
    changed = 'TOOLS[:] = [{**TOOL, "inputSchema": {"type": "object", "properties": {"a": {"type": 7}}}}]'
    found = await failure(program(tmp_path / "p", changed), tmp_path)
    assert found.kind == "protocol"
    assert "'go' is no JSON Schema that can be used" in str(found)


async def test_what_is_not_text_is_named_and_not_dropped(tmp_path: Path) -> None:
    content = """
blocks = [
    {"type": "text", "text": "see"},
    {"type": "image", "data": "aGk=", "mimeType": "image/png"},
    {"type": "resource_link", "uri": "file:///a.pdf", "name": "a"},
    {"type": "resource", "resource": {"uri": "file:///b.txt", "text": "inside"}},
    {"type": "resource", "resource": {"uri": "file:///c.bin", "blob": "aGk="}},
]
answer(request, {"content": blocks})
"""
    assert (await answered(program(tmp_path / "p", called=content), tmp_path)).text.splitlines() == [
        "see",
        "[image: image/png, 4 characters of base64; not shown]",
        "[link: file:///a.pdf]",
        "[resource: file:///b.txt]",
        "inside",
        "[resource: file:///c.bin; binary, not shown]",
    ]


@pytest.mark.parametrize(
    ("said", "structured"),
    [
        ('say(request, "[1, 2]")', [1, 2]),
        ('say(request, "plain")', None),
        ('say(request, "NaN")', None),
        ('say(request, "x", structuredContent={"n": 1})', {"n": 1}),
        ('say(request, "x", structuredContent={"result": 5})', {"result": 5}),
    ],
)
async def test_a_result_is_json_where_the_server_gave_json(
    said: str, structured: object, tmp_path: Path
) -> None:
    assert (await answered(program(tmp_path / "p", called=said), tmp_path)).structured == structured


async def test_a_wrapped_scalar_is_unwrapped_when_the_output_schema_says_so(tmp_path: Path) -> None:
    schema = '{"type": "object", "properties": {"result": {"type": "integer"}}}'
    changed = f'TOOLS[:] = [{{**TOOL, "outputSchema": {schema}}}]'
    server = program(tmp_path / "p", changed, called='say(request, "5", structuredContent={"result": 5})')
    assert (await answered(server, tmp_path)).structured == 5


async def test_every_trial_works_in_a_fresh_copy_of_the_folder(tmp_path: Path) -> None:
    write = 'open("note.txt", "a", encoding="utf-8").write("x")\nsay(request, "done")'
    server = program(tmp_path / "p", called=write, watch=Watch(folder="."))
    for _ in range(2):
        async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
            assert set(await folder_of(world)) == {"server.py"}
            await world.call(CALL)
            assert (await folder_of(world))["note.txt"] == {"text": "x"}
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["server.py"]


async def folder_of(world: OpenWorld) -> dict[str, Any]:
    state = (await world.snapshot())["s"]
    assert isinstance(state, dict)
    return state


async def test_a_program_sees_the_variables_it_is_given_and_no_key_of_ours(tmp_path: Path) -> None:
    server = program(tmp_path / "p", called="say(request, json.dumps(dict(os.environ)))")
    server = server.model_copy(update={"env": {"TOKEN": "Bearer ${SECRET}", "PLACE": "${PLACE:-here}"}})
    environ = {"SECRET": "s3", "OPENAI_API_KEY": "k", "PATH": os.environ["PATH"]}
    async with open_world(scenario({"s": server}), home=home(tmp_path, environ=environ)) as world:
        seen = (await world.call(CALL)).structured
    assert isinstance(seen, dict)
    assert (seen["TOKEN"], seen["PLACE"]) == ("Bearer s3", "here")
    assert "OPENAI_API_KEY" not in seen
    assert "SECRET" not in seen


async def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    found = await failure(Server(command=("x",), env={"A": "${env:TOKEN}"}), tmp_path)
    assert found.kind == "missing_variable"
    assert "needs the environment variable TOKEN" in str(found)


async def test_servers_open_side_by_side(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    # Each says hello only when the other one has come too.
    wait = """
open(f"{MEETING}/{os.getpid()}", "w").close()
while len(os.listdir(MEETING)) < 2:
    time.sleep(0.01)
"""
    changed = f"MEETING = {str(meeting)!r}\n{wait}"
    servers = {name: program(tmp_path / name, changed) for name in ("s", "t")}
    async with open_world(scenario(servers), home=home(tmp_path)) as world:
        assert (await world.call(call("t__go"))).text == "done"


async def test_cancellation_leaves_no_process_behind(tmp_path: Path) -> None:
    server = program(tmp_path / "p", called="say(request, str(os.getpid()))\ntime.sleep(3600)")
    pids: list[int] = []
    with anyio.CancelScope() as scope:
        async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
            pids.append(int((await world.call(CALL)).text))
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the list of processes from /proc")
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_our_own_processes_are_gone_after_the_trial(transport: Transport, tmp_path: Path) -> None:
    async with open_world(scenario(), home=home(tmp_path, transport)) as world:
        await world.call(call("tiny__list_notes"))
        (folder,) = (tmp_path / "work").iterdir()
        assert processes_naming(folder)
    assert not processes_naming(folder)


def processes_naming(folder: Path) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_text("utf-8", errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


async def test_one_server_that_fails_closes_the_others(tmp_path: Path) -> None:
    pid = f'open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))'
    servers = {"good": program(tmp_path / "good", pid), "s": Server(command=("no-such-server",))}
    with pytest.raises(WorldFailed, match="no-such-server"):
        async with open_world(scenario(servers), home=home(tmp_path)):
            pass
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text("utf-8")), 0)


async def test_a_module_can_be_the_command(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "begin.json").write_text('{"notes": {}}', "utf-8")
    files = ("--state", "begin.json", "--snapshot", "now.json")
    server = Server(
        command=(sys.executable, "-m", "tools.serve", "tests.tools.tiny_world:TINY", *files),
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        folder=str(tmp_path / "p"),
        watch=Watch(folder="."),
    )
    async with open_world(scenario({"s": server}), home=home(tmp_path)) as world:
        assert world.protocols == {"s": "2025-11-25"}
        unchecked = await world.call(call("s__get_note", '{"note": "N-9"}'))
        assert unchecked.problem == "tool_error"
        await world.call(call("s__add_note", '{"text": "x"}'))
        assert (await folder_of(world))["now.json"] == {
            "text": '{"notes": {"N-1": {"text": "x", "stars": 0}}}'
        }
