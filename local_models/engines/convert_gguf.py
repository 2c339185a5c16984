"""Unpack a GGUF file into a checkpoint that vLLM loads. Run by the engine's Python, which has transformers.

Usage: convert_gguf.py FILE.gguf DTYPE OUT_FOLDER
"""

import sys
from pathlib import Path

from transformers import (  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment, not ours
    AutoModelForCausalLM,
    AutoTokenizer,
    GgufConfig,
)


def convert(file: Path, dtype: str, out: Path) -> None:
    source = {"gguf_file": file.name}
    model = AutoModelForCausalLM.from_pretrained(
        file.parent, **source, quantization_config=GgufConfig(dequantize=True), dtype=dtype
    )
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(file.parent, **source).save_pretrained(out)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
