"""Little MCP servers over stdio, written to a folder of the test and started as any server of others."""

import sys
from pathlib import Path
from textwrap import indent

from scenarios.scenario import Server, Watch

_PROGRAM = """
import json, os, sys, time

def send(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)

def answer(request, result):
    send({"id": request["id"], "result": result})

def say(request, text, **more):
    answer(request, {"content": [{"type": "text", "text": text}], **more})

TOOL = {"name": "go", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
TOOLS = [TOOL]

def hello(request):
    version = request["params"]["protocolVersion"]
    info = {"name": "little", "version": "1"}
    answer(request, {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info})

def listed(request):
    answer(request, {"tools": TOOLS})

def called(request):
    say(request, "done")

#CHANGED

for line in sys.stdin:
    request = json.loads(line)
    match request.get("method"):
        case "initialize": hello(request)
        case "tools/list": listed(request)
        case "tools/call": called(request)
"""


def program(folder: Path, changed: str = "", *, called: str = "", watch: Watch | None = None) -> Server:
    """A server with one tool, `go`, that says "done", unless the changed parts say otherwise."""
    folder.mkdir(parents=True)
    if called:
        changed += f"\ndef called(request):\n{indent(called, '    ')}\n"
    (folder / "server.py").write_text(_PROGRAM.replace("#CHANGED", changed), "utf-8")
    return Server(command=(sys.executable, "server.py"), folder=str(folder), watch=watch)
