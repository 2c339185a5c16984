"""The words by which a server's end is recognised, as vLLM 0.32 wrote them when it was made to fail."""

from pathlib import Path

import pytest

from local_models.failure import server_failed

LAST_WORDS = {
    "port taken": "OSError: [Errno 98] Address already in use",
    "missing weights": "RuntimeError: Cannot find any model weights with `/models/smollm2`",
    "unknown architecture": "  Value error, Model architectures ['FooModel'] are not supported for now.",
    "context does not fit": (
        "ValueError: To serve at least one request with the model's max seq len (8192), (0.18 GiB KV cache is"
        " needed, which is larger than the available KV cache memory (0.02 GiB)."
    ),
    "out of memory": (
        "RuntimeError: Worker failed with error 'Available memory on node 0 (6.43/8.34 GiB) on kv cache"
        " allocation is less than requested memory for kv (400.0 GiB).'"
    ),
    "killed": "(EngineCore pid=1) ERROR Worker proc VllmWorker-0 died unexpectedly (exit code: None)",
}


@pytest.mark.parametrize("kind", LAST_WORDS)
def test_each_kind_of_failure_is_known_by_its_words(kind: str, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(
        f"$ python -m vllm\n{LAST_WORDS[kind]}\nRuntimeError: Engine core failed.\n", encoding="utf-8"
    )
    assert server_failed("m", "the server did not start", 1, log).kind == kind


def test_the_command_line_in_the_log_is_not_taken_for_an_error(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("$ python --note 'Address already in use'\nKeyError: 'no such parser'\n", encoding="utf-8")
    failure = server_failed("m", "the server did not start", 1, log)
    assert failure.kind == "unknown"
    assert "exit status 1, KeyError: 'no such parser'" in str(failure)


def test_a_failure_without_a_log_is_still_a_failure(tmp_path: Path) -> None:
    failure = server_failed("m", "the server did not start", 1, tmp_path / "none.log")
    assert failure.tail == ()
    assert failure.kind == "unknown"
