"""A tiny server that speaks as much of vLLM's API as a start needs, and misbehaves on request.

Started by the tests as a process of its own, through a script that takes the place of the engine's Python.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--served-model-name", nargs="+")
    parser.add_argument("--max-model-len", type=int)
    parser.add_argument("--fake-pids", type=Path, help="write our pid, and those below us, here")
    parser.add_argument(
        "--fake-stubborn", action="store_true", help="ignore SIGTERM, and so does a child that left"
    )
    parser.add_argument("--fake-exit", help="print this and end")
    parser.add_argument("--fake-hang", action="store_true", help="never listen")
    parser.add_argument(
        "--fake-stranger", action="store_true", help="serve the name without this start's alias"
    )
    parser.add_argument("--fake-refuse", action="store_true", help="answer the first request with HTTP 400")
    parser.add_argument("--fake-refuse-tools", action="store_true", help="answer a request with tools so")
    parser.add_argument(
        "--fake-port-taken", type=Path, help="fail as for a taken port until this file exists"
    )
    parser.add_argument("--fake-streams", type=int, help="die in place of the answer after so many")
    parser.add_argument("--fake-asked", type=Path, help="write the requests here")
    options, rest = parser.parse_known_args()
    options.transformers = "transformers.cli.transformers" in rest
    options.served_model_name = options.served_model_name or ["?"]
    return options


OPTIONS = arguments()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name that http.server calls
        if not self.is_welcome():
            return
        if self.path == "/version" and OPTIONS.transformers:
            self.answer({"detail": "Not Found"}, status=404)
            return
        names = OPTIONS.served_model_name[: 1 if OPTIONS.fake_stranger else None]
        cards = [{"id": name, "max_model_len": OPTIONS.max_model_len} for name in names]
        self.answer({"data": cards, "version": "0.0.fake"})

    def do_POST(self) -> None:  # the name that http.server calls
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.is_welcome():
            return
        if OPTIONS.fake_asked:
            with OPTIONS.fake_asked.open("a", encoding="utf-8") as asked:
                asked.write(json.dumps(body) + "\n")
        if OPTIONS.fake_refuse or (OPTIONS.fake_refuse_tools and "tools" in body):
            self.answer({"error": "the template is broken"}, status=400)
        elif body.get("stream"):
            self.stream()
        else:
            self.answer({"choices": [{"message": {"content": "a"}}]})

    def stream(self) -> None:
        """Answer "a" in one piece; the last of so many answers is cut off by the end of the process."""
        if OPTIONS.fake_streams is not None:
            if OPTIONS.fake_streams <= 0:
                os._exit(1)
            OPTIONS.fake_streams -= 1
        usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
        chunks = (
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "a"}}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            {"choices": [], "usage": usage},
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(f"data: {json.dumps({'id': '1', 'model': 'smollm2', **chunk})}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def is_welcome(self) -> bool:
        """As vLLM has it: with a key in its environment it answers nobody else under /v1."""
        key = os.environ.get("VLLM_API_KEY")
        if key is None or not self.path.startswith("/v1") or self.headers["Authorization"] == f"Bearer {key}":
            return True
        self.answer({"error": "Unauthorized"}, status=401)
        return False

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body if self.path != "/metrics" else "vllm:num_requests_running 0").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None: ...


def main() -> None:
    if OPTIONS.fake_exit:
        sys.exit(OPTIONS.fake_exit)
    if OPTIONS.fake_port_taken and not OPTIONS.fake_port_taken.exists():
        OPTIONS.fake_port_taken.touch()
        sys.exit("OSError: [Errno 98] Address already in use")
    pids = [os.getpid(), os.getppid()]
    if OPTIONS.fake_stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pids.append(subprocess.Popen(["sleep", "600"], start_new_session=True).pid)
    if OPTIONS.fake_pids:
        partial = OPTIONS.fake_pids.with_suffix(".partial")
        partial.write_text(" ".join(map(str, pids)), encoding="utf-8")
        partial.rename(OPTIONS.fake_pids)
    if OPTIONS.fake_hang:
        time.sleep(600)
    ThreadingHTTPServer(("127.0.0.1", OPTIONS.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
