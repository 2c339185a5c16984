"""The words by which a server's end is recognised, as vLLM 0.32 wrote them when it was made to fail."""

from pathlib import Path

import pytest

from local_models.failure import server_failed

LAST_WORDS = {
    "port taken": "OSError: [Errno 98] Address already in use",
    "missing weights": "RuntimeError: Cannot find any model weights with `/models/smollm2`",
    "unknown architecture": "  Value error, Model architectures ['FooModel'] are not supported for now.",
    "context beyond the model": (
        "ValueError: User-specified max_model_len (65536) is greater than the derived max_model_len"
        " (max_position_embeddings=40960 or model_max_length=None in model's config.json)."
    ),
    "unknown parser": "KeyError: \"Tool parser 'hermez' not found.\"",
    "layout": (
        "ValueError: Total number of attention heads (9) must be divisible by tensor parallel size (2)."
    ),
    "no GPU": "RuntimeError: Failed to infer device type, please set the environment variable",
    "not open to you": "huggingface_hub.errors.GatedRepoError: 401 Client Error.",
    "bad flag": "api_server.py: error: unrecognized arguments: --no-such-flag",
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


MORE = [
    ("unknown parser", "KeyError: \"Reasoning parser 'qwen4' not found. Available parsers: qwen3\""),
    ("layout", "AssertionError: 10 is not divisible by 4"),
    ("layout", "ValueError: The output_size of gate's and up's weight = 320 is not divisible by weight"),
    ("no GPU", "RuntimeError: No CUDA GPUs are available"),
    ("no GPU", "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."),
    ("out of memory", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"),
    ("missing weights", "OSError: acme/model is not a local folder and is not a valid model identifier"),
    ("bad flag", "api_server.py: error: argument --port: invalid int value: 'x'"),
]


@pytest.mark.parametrize(("kind", "words"), MORE)
def test_other_words_mean_the_same_kinds(kind: str, words: str, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"$ python -m vllm\n{words}\n", encoding="utf-8")
    failure = server_failed("m", "the server did not start", 1, log)
    assert failure.kind == kind
    assert failure.remedy in str(failure)


def test_the_command_line_in_the_log_is_not_taken_for_an_error(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("$ python --note 'Address already in use'\nKeyError: 'no such parser'\n", encoding="utf-8")
    failure = server_failed("m", "the server did not start", 1, log)
    assert failure.kind == "unknown"
    assert "exit status 1, KeyError: 'no such parser'" in str(failure)


def test_an_error_is_found_behind_the_name_of_its_process_and_before_those_that_point_to_it(
    tmp_path: Path,
) -> None:
    log = tmp_path / "server.log"
    worker = "(Worker pid=4022) ERROR 11-23 03:11:28 [multiproc_executor.py:1063]"
    api = "(APIServer pid=3968) ERROR 11-23 03:11:28 [serving.py:929]"
    log.write_text(
        f"$ python -m vllm\n{worker} RuntimeError: CPU Generator does not use offset\n"
        f"{api} vllm.EngineDeadError: EngineCore encountered an issue. See above for the root cause.\n",
        encoding="utf-8",
    )
    failure = server_failed("m", "the server ended by itself", 0, log)
    assert "exit status 0, RuntimeError: CPU Generator does not use offset)" in str(failure)


def test_an_engine_that_is_gone_without_a_word_was_killed(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    dead = "vllm.EngineDeadError: EngineCore encountered an issue. See above for the root cause."
    log.write_text(f"(APIServer pid=1) ERROR 11-23 03:33:54 [async_llm.py:906] {dead}\n", encoding="utf-8")
    assert server_failed("m", "the server ended by itself", 0, log).kind == "killed"


def test_a_failure_without_a_log_is_still_a_failure(tmp_path: Path) -> None:
    failure = server_failed("m", "the server did not start", 1, tmp_path / "none.log")
    assert failure.tail == ()
    assert failure.kind == "unknown"
