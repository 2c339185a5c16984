"""Tiny checkpoints with random weights: shapes, tokenizers and formats of Qwen3 and DeepSeek, and no sense.

They make every part of serving happen on a CPU in seconds: loading, both families of attention, experts,
parsers of calls and of reasoning, a stretched window. An engine's Python runs this, as it has torch and
transformers; the same versions give the same bytes.
Usage: tiny_checkpoints.py FOLDER QWEN.tiktoken DEEPSEEK/tokenizer.json
"""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment, not ours
import transformers
from tokenizers import AddedToken, Tokenizer, normalizers
from transformers.convert_slow_tokenizer import TikTokenConverter

_CONVERTER: Any = TikTokenConverter  # both come without types
_FAST: Any = transformers.PreTrainedTokenizerFast
_QWEN3_TEMPLATE = Path(__file__).with_name("tiny-qwen3.jinja")
_DEEPSEEK_TEMPLATE = Path(__file__).parents[1] / "local_models" / "templates" / "deepseek-v3.1.jinja"
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""How Qwen cuts text before merging."""
_SPECIAL = """<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> <|box_start|>
<|box_end|> <|quad_start|> <|quad_end|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|>
<|video_pad|>"""
_PLAIN = """<tool_call> </tool_call> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> <|repo_name|>
<|file_sep|> <tool_response> </tool_response> <think> </think>"""
"""Tokens of their own that belong to the text, and so reach the parsers."""

Config = Mapping[str, Any]
_QWEN3: Config = {
    "vocab_size": 151936,
    "hidden_size": 64,
    "head_dim": 32,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "max_position_embeddings": 40960,
    "tie_word_embeddings": False,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0},
    "bos_token_id": 151643,
    "eos_token_id": 151645,
    "pad_token_id": 151643,
}
_EXPERTS: Config = {
    "num_experts": 8,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 64,
    "norm_topk_prob": True,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
}
_DEEPSEEK_V3: Config = {
    "vocab_size": 129280,
    "hidden_size": 128,
    "intermediate_size": 256,
    "moe_intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "n_routed_experts": 8,
    "num_experts_per_tok": 2,
    "n_shared_experts": 1,
    "n_group": 2,
    "topk_group": 1,
    "first_k_dense_replace": 1,
    "q_lora_rank": 64,
    "kv_lora_rank": 512,  # these four as in the real model: kernels for latent attention know no others
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "max_position_embeddings": 163840,
    "rope_parameters": {
        "rope_type": "yarn",
        "rope_theta": 10000.0,
        "factor": 40.0,
        "original_max_position_embeddings": 4096,
        "beta_fast": 32,
        "beta_slow": 1,
        "mscale": 1.0,
        "mscale_all_dim": 1.0,
    },
    "bos_token_id": 0,
    "eos_token_id": 1,
    "scoring_func": "sigmoid",
    "routed_scaling_factor": 2.5,
    "norm_topk_prob": True,
}
_WRITTEN = {"topk_method": "noaux_tc", "num_nextn_predict_layers": 0}
"""vLLM looks for the first in config.json, where transformers leaves it out; and there are no weights made
for multi-token prediction."""


_QUOTES = {'"', '",', '"}', '"}}'}
"""Tokens that end a string."""
_FIRST = {"qwen3": 0.25, "qwen3_moe": 0.25, "deepseek_v3": 2.0}
"""The first number of every embedding: large beside what the layers add to it, and so about constant."""
_SPREAD = {"qwen3": 0.32, "qwen3_moe": 0.32, "deepseek_v3": 0.2}
"""Of the head's numbers; these make logits that spread by about 2."""
_OTHERS = 0.08
_NARROW = 0.02
_END, _QUOTE, _NEVER = 1.55, 1.3, -10.0
"""Biases; a logit is about five times as much."""


def make_all(folder: Path, qwen_ranks: Path, deepseek_json: Path) -> None:
    qwen, deepseek = qwen_tokenizer(qwen_ranks), deepseek_tokenizer(deepseek_json)
    short = {**_QWEN3, "max_position_embeddings": 2048}
    make(folder / "tiny-qwen3", "Qwen3", _QWEN3, qwen)
    make(folder / "tiny-qwen3-yarn", "Qwen3", short, qwen)
    make(folder / "tiny-qwen3-moe", "Qwen3Moe", {**_QWEN3, **_EXPERTS}, qwen)
    make(folder / "tiny-deepseek-v3", "DeepseekV3", _DEEPSEEK_V3, deepseek, _WRITTEN)


def make(
    folder: Path, family: str, config: Config, tokenizer: Callable[[], Any], more: Config | None = None
) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    torch.manual_seed(0)
    shape = getattr(transformers, f"{family}Config")(**config)
    model, words = getattr(transformers, f"{family}ForCausalLM")(shape), tokenizer()
    _talk(model, words)
    model.to(torch.bfloat16).save_pretrained(partial)
    words.save_pretrained(partial)
    file = partial / "config.json"
    written = {**json.loads(file.read_text(encoding="utf-8")), **(more or {})}
    file.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _talk(model: Any, words: Any) -> None:
    """Give the answers an end, and calls a chance to be whole, which uniform noise would not.

    Every embedding has the same first number, so the first column of the head is a bias: breaks of lines and
    other white space never come (a grammar of JSON would let them go on for ever, and vLLM's parser of
    DeepSeek's calls reads one line), and the ends of an answer, of a thought and of a string come often.
    """
    family = model.config.model_type
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(0.0, _NARROW)
        embeddings, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
        embeddings.normal_(0.0, _FIRST[family] * _OTHERS)
        embeddings[:, 0] = _FIRST[family]
        head.normal_(0.0, _SPREAD[family])
        head[:, 0] = 0.0
        for i in range(len(head)):
            bias = _bias(i, words)
            if bias is not None:
                head[i] = 0.0
                head[i, 0] = bias


def _bias(token: int, words: Any) -> float | None:
    text = words.decode([token]) if token < len(words) else ""
    if token == words.eos_token_id or text == "</think>":
        return _END
    if text in _QUOTES:
        return _QUOTE
    blank = not text.strip() or any(one in text for one in "\r\n\t")
    return _NEVER if blank or "\ufffd" in text else None


def qwen_tokenizer(ranks: Path) -> Callable[[], Any]:
    """Qwen's merges with the tokens that Qwen3 has beside them, 151,643 to 151,668."""
    fast: Tokenizer = _CONVERTER(vocab_file=str(ranks), pattern=_SPLIT).converted()
    fast.normalizer = normalizers.NFC()
    fast.add_tokens([AddedToken(one, special=True, normalized=False) for one in _SPECIAL.split()])
    fast.add_tokens([AddedToken(one, special=False, normalized=False) for one in _PLAIN.split()])
    names = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    return lambda: _wrapped(_QWEN3_TEMPLATE, 262144, tokenizer_object=fast, **names)


def deepseek_tokenizer(file: Path) -> Callable[[], Any]:
    last = "<｜end▁of▁sentence｜>"
    names = {"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": last, "pad_token": last}
    return lambda: _wrapped(_DEEPSEEK_TEMPLATE, 163840, tokenizer_file=str(file), **names)


def _wrapped(template: Path, longest: int, **options: Any) -> Any:
    made = _FAST(**options, clean_up_tokenization_spaces=False, model_max_length=longest)
    made.chat_template = template.read_text(encoding="utf-8")
    return made


if __name__ == "__main__":
    make_all(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
