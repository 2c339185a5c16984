"""As much of the Hugging Face Hub and of ModelScope as their clients need to fetch a model."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
REPO = "acme/tiny"


@dataclass
class FakeHub:
    """One repository at one commit; what was asked for, and how it behaves."""

    files: dict[str, bytes]
    token: str | None = None
    """Without it the files are gated."""
    stops_in: str | None = None
    """A file of which half is sent, and then nothing more until `go_on`."""
    damaged: str | None = None
    """A file of which another byte is sent than it has."""
    url: str = ""
    fetched: list[str] = field(default_factory=list)
    halfway: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the name is http.server's
        pass

    def do_HEAD(self) -> None:  # the name is http.server's
        self.do_GET()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        if match := re.fullmatch(r"/api/models/(.+)/(revision|tree)/([^/]+)", path):
            self._described(match[1], match[2], match[3])
        elif match := re.fullmatch(r"/(.+)/resolve/([^/]+)/(.+)", path):
            self._file(match[3], huggingface=True)
        elif path == f"/api/v1/models/{REPO}/repo/files":
            self._listed(query["Revision"][0])
        elif path == f"/api/v1/models/{REPO}/repo":
            self._file(query["FilePath"][0], huggingface=False)
        else:
            self._json(404, {"Code": 404, "Message": f"no {path}", "Success": False})

    def _described(self, repo: str, what: str, revision: str) -> None:
        if repo != REPO:
            self._json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        elif revision not in {"main", COMMIT}:
            self._json(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
        elif what == "revision":
            siblings = [
                {"rfilename": name, "size": len(data), "blobId": _sha1(data), **_lfs(name, data, "sha256")}
                for name, data in self.hub.files.items()
            ]
            self._json(200, {"id": REPO, "modelId": REPO, "sha": COMMIT, "siblings": siblings})
        else:
            tree = [
                {
                    "type": "file",
                    "path": name,
                    "size": len(data),
                    "oid": _sha1(data),
                    **_lfs(name, data, "oid"),
                }
                for name, data in self.hub.files.items()
            ]
            self._json(200, tree)

    def _listed(self, revision: str) -> None:
        if revision != "master":
            self._json(404, {"Code": 10010205001, "Message": "revision not found", "Success": False})
            return
        files = [
            {"Path": name, "Name": name, "Type": "blob", "Size": len(data), "Sha256": _sha256(data)}
            for name, data in self.hub.files.items()
        ]
        self._json(200, {"Code": 200, "Success": True, "Data": {"Files": files}})

    def _file(self, name: str, *, huggingface: bool) -> None:
        if self.hub.token and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            words = "Access to model acme/tiny is restricted."
            self._json(403, {"error": words}, {"X-Error-Code": "GatedRepo", "X-Error-Message": words})
            return
        data = self.hub.files[name]
        start = int(match[1]) if (match := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("ETag", f'"{_sha256(data)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.hub.fetched.append(f"{name}@{start}" if start else name)
            self._send(name, data[start:])

    def _send(self, name: str, data: bytes) -> None:
        if name == self.hub.damaged:
            data = data[:-1] + bytes([data[-1] ^ 1])
        if name == self.hub.stops_in:
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.hub.halfway.set()
            self.hub.go_on.wait(60)
            self.close_connection = True
            return
        self.wfile.write(data)

    def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


def _lfs(name: str, data: bytes, key: str) -> dict[str, Any]:
    if not name.endswith(".safetensors"):
        return {}
    return {"lfs": {key: _sha256(data), "size": len(data), "pointerSize": 130}}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
