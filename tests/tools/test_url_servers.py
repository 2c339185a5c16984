import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from scenarios.scenario import Server
from tests.tools.tiny_world import call, home, scenario
from tools.failure import WorldFailed
from tools.open_world import open_world

pytestmark = pytest.mark.anyio

CALL = call("s__go")


class Site(ThreadingHTTPServer):
    """An MCP server that others run, with a status and a reply for tool calls to be set by the test."""

    daemon_threads = True
    key = ""
    call_status = 200
    call_reply: dict[str, Any] = {"result": {"content": [{"type": "text", "text": "done"}]}}
    raw_reply: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/mcp"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.key and self.headers.get("X-Key") != self.server.key:
            return self.reply(401, b"no")
        if "id" not in request:
            return self.reply(202, b"")
        if request["method"] == "tools/call" and self.server.raw_reply is not None:
            return self.reply(200, self.server.raw_reply)
        status, answer = self.answer(request)
        return self.reply(status, json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode())

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        match request["method"]:
            case "initialize":
                info = {"name": "site", "version": "1"}
                about = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": info}
                return 200, {"result": about}
            case "tools/list":
                return 200, {"result": {"tools": [{"name": "go", "inputSchema": {"type": "object"}}]}}
        return self.server.call_status, self.server.call_reply

    def reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def failure(server: Server, tmp_path: Path, **changed: Any) -> WorldFailed:
    with pytest.raises(WorldFailed) as caught:
        async with open_world(scenario({"s": server}), home=home(tmp_path, **changed)) as world:
            await world.call(CALL)
    return caught.value


async def test_a_server_at_a_url_needs_nothing_on_this_machine(site: Site, tmp_path: Path) -> None:
    async with open_world(scenario({"s": Server(url=site.url)}), home=home(tmp_path)) as world:
        assert world.protocols == {"s": "2025-06-18"}
        assert (await world.call(CALL)).text == "done"
        assert await world.snapshot() == {"s": None}
        assert not (tmp_path / "work").exists()


async def test_headers_are_filled_in_from_the_environment(site: Site, tmp_path: Path) -> None:
    site.key = "open sesame"
    server = Server(url=site.url, headers={"X-Key": "open ${WORD}"})
    async with open_world(scenario({"s": server}), home=home(tmp_path, environ={"WORD": "sesame"})) as world:
        assert (await world.call(CALL)).text == "done"


async def test_a_refused_key_is_told_by_its_status(site: Site, tmp_path: Path) -> None:
    site.key = "right"
    found = await failure(Server(url=site.url, headers={"X-Key": "wrong"}), tmp_path)
    assert found.kind == "unreachable"
    assert "answered HTTP 401; check `url:` and `headers:`" in str(found)
    assert "wrong" not in str(found)


async def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with Site(("127.0.0.1", 0), Handler) as closed:
        url = closed.url
    found = await failure(Server(url=url), tmp_path)
    assert found.kind == "unreachable"
    assert url in str(found)


async def test_a_server_that_goes_away_fails_the_trial_and_not_the_model(site: Site, tmp_path: Path) -> None:
    async with open_world(scenario({"s": Server(url=site.url)}), home=home(tmp_path)) as world:
        assert (await world.call(CALL)).text == "done"
        site.shutdown()
        site.server_close()
        with pytest.raises(WorldFailed) as caught:
            await world.call(CALL)
    assert caught.value.kind in ("unreachable", "server_exited")


async def test_a_status_that_says_broken_is_not_an_answer(site: Site, tmp_path: Path) -> None:
    site.call_status, site.call_reply = 503, {"nothing": "here"}
    found = await failure(Server(url=site.url), tmp_path)
    assert found.kind == "unreachable"
    assert "answered go with HTTP 503" in str(found)


async def test_bad_parameters_are_the_servers_no_at_any_status(site: Site, tmp_path: Path) -> None:
    site.call_status, site.call_reply = 400, {"error": {"code": -32602, "message": "no such city"}}
    async with open_world(scenario({"s": Server(url=site.url)}), home=home(tmp_path)) as world:
        answer = await world.call(CALL)
    assert (answer.text, answer.problem) == ("no such city", "tool_error")


async def test_a_body_that_is_not_json_is_garbage(site: Site, tmp_path: Path) -> None:
    site.raw_reply = b"<html>Bad gateway</html>"
    found = await failure(Server(url=site.url), tmp_path)
    assert found.kind == "server_garbage"
