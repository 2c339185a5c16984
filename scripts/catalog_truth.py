"""Is the catalog true? Asked of transformers and of vLLM's parsers, which only an engine's environment has.

Each model is built by transformers on the meta device, which takes no memory: its parameters have to be those
that our formula counts, one by one. Then each chat template of ours renders calls, and the parser that the
model's entry names has to read them back as they were.
Usage, at the top of the repository: ENGINE/bin/python -m scripts.catalog_truth
Prints a line a check; the exit status is 1 when one fails.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found,unused-ignore]  # of the engine's environment, as the next
import transformers  # type: ignore[import-not-found,unused-ignore]

from local_models.architecture import (
    Architecture,
    Experts,
    Indexer,
    LatentAttention,
    LinearAttention,
    parameter_count,
)
from local_models.catalog import LocalModel, load_catalog
from local_models.config_json import read_config
from scripts.config_files import config_of

Check = tuple[str, bool, str]
"""What was asked, whether it is so, and what was found."""
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("shop__refund", {"order": 17, "why": "broken „so“ <b>\n</b> \\ 太阳"}),
    ("shop__list", {}),
)


def counts(name: str, shape: Architecture) -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.json"
        file.write_text(json.dumps(config_of(shape)), encoding="utf-8")
        read = read_config(file).architecture
        yield f"{name}: config.json", read == shape, "read as it was written" if read == shape else f"{read}"
        found = built(file)
    ours = parameter_count(shape)
    yield f"{name}: parameters", found == ours, f"{found:,} by transformers, {ours:,} by us"


def built(file: Path) -> int:
    """The parameters of the model that transformers builds, ties counted once."""
    config = transformers.AutoConfig.from_pretrained(str(file))
    config.num_mtp_layers = 0  # they are no part of the model
    with torch.device("meta"):
        build: Any = transformers.AutoModelForCausalLM.from_config
        model = build(config)
    return sum(parameter.numel() for parameter in model.parameters())


def reads(model: LocalModel) -> Iterator[Check]:
    """Calls of an assistant's turn, rendered as history, are read by vLLM as if the model had said them."""
    from transformers.utils.chat_template_utils import render_jinja_template  # noqa: PLC0415  # as the next
    from vllm.tool_parsers import ToolParserManager  # type: ignore[import-not-found]  # noqa: PLC0415

    if model.template_file is None or model.tool_parser is None:
        return
    functions = [{"name": name, "arguments": json.dumps(args, ensure_ascii=False)} for name, args in CALLS]
    turn: dict[str, Any] = {
        "role": "assistant",
        "content": "One moment.",
        "tool_calls": [{"type": "function", "function": function} for function in functions],
    }
    template = model.template_file.read_text(encoding="utf-8")
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}, turn]
    text = str(render_jinja_template([messages], chat_template=template, bos_token="")[0][0])
    parser = ToolParserManager.get_tool_parser(model.tool_parser)(Vocabulary())
    found = parser.extract_tool_calls(text[text.index("One moment.") :], request=None)
    read = tuple((call.function.name, json.loads(call.function.arguments)) for call in found.tool_calls)
    yield f"{model.name}: {model.tool_parser}", read == CALLS, f"{read}"


class Vocabulary:
    """What a parser asks of a tokenizer: that its marks are tokens."""

    def get_vocab(self) -> dict[str, int]:
        marks = ("tool▁calls▁begin", "tool▁calls▁end", "tool▁call▁begin", "tool▁call▁end", "tool▁sep")
        return {f"<｜{mark}｜>": number for number, mark in enumerate(marks)}


def changed() -> Iterator[tuple[str, Architecture]]:
    """Shapes that no model has, so that each term of the formula is asked for."""
    by_name = load_catalog()
    dense, mixed = by_name["qwen3-0.6b"].architecture, by_name["qwen3-30b-a3b"].architecture
    latent, linear = (
        by_name["deepseek-v3.2"].architecture,
        by_name["qwen3-next-80b-a3b-instruct"].architecture,
    )
    yield "biases", with_(dense, attention_bias=True, output_bias=True, tied_embeddings=False)
    yield "layers and heads", with_(dense, layers=3, heads=12, kv_heads=3, head_dim=96, vocabulary=1001)
    yield "experts", with_(mixed, layers=5, experts=Experts(count=24, active=3, intermediate=256))
    plain = LatentAttention(kv_lora_rank=96, qk_nope_head_dim=48, qk_rope_head_dim=16, v_head_dim=40)
    some = Experts(count=12, active=2, intermediate=128, shared=2, first_dense=1)
    yield (
        "queries as they are",
        with_(
            latent,
            class_name="DeepseekV3ForCausalLM",
            layers=4,
            head_dim=40,
            latent=plain,
            experts=some,
            indexer=None,
        ),
    )
    yield "indexer", with_(latent, layers=4, indexer=Indexer(heads=8, head_dim=64, topk=16))
    some_linear = LinearAttention(
        layers=6, key_heads=4, key_head_dim=64, value_heads=8, value_head_dim=32, convolution=3
    )
    yield "linear layers", with_(linear, layers=8, linear=some_linear)


def with_(shape: Architecture, **changes: Any) -> Architecture:
    return Architecture.model_validate({**dict(shape), **changes})


def main() -> int:
    models = load_catalog()
    shapes = [*((name, model.architecture) for name, model in models.items()), *changed()]
    checks = [check for shape in shapes for check in counts(*shape)]
    checks += [check for model in models.values() for check in reads(model)]
    for asked, good, found in checks:
        print(f"{'ok ' if good else 'BAD'} {asked}: {found}")
    return 0 if all(good for _, good, _ in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
