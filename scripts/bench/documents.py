"""What ten documents with ten needles each cost in CPU seconds, once the filler's table is on disk.

    python scripts/bench/documents.py [--tokenizer o200k_base …] [--language en zh] [--tokens 4k 128k 1M]
                                      [--count]

Beside them stands what comes before: loading the tokenizer, making the table (once for a filler and a
tokenizer), and reading it from disk (once a process). The documents of a row differ, and each is composed,
checked and digested. The least of three rounds counts. `--count` lets the tokenizer count the last document
of each row too, which shows how full it is. `peak` is of the whole process so far, in MB.

The budget is 1 CPU second for ten documents of 1,048,576 tokens; a row over it ends the bench with status 1.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from scenarios.documents.compose import Planted, compose, with_probes
from scenarios.documents.dice import Dice
from scenarios.documents.document import Document, Filler, Order, Tokenizer
from scenarios.documents.fillers.find import find_filler
from scenarios.documents.length import parse_length, spell_length
from scenarios.documents.tokenizers import NAMES, find_tokenizer
from scenarios.language import Language

T = TypeVar("T")
DOCUMENTS = NEEDLES = 10
ROUNDS = 3
BUDGET_TOKENS, BUDGET = 1_048_576, 1.0
TOLD = {"en": "Box number {n} holds {value} nails.", "zh": "第{n}箱装有{value}枚钉子。"}


@dataclass(frozen=True, kw_only=True)
class Bench:
    language: Language
    filler: Filler
    tokenizer: Tokenizer

    def document(self, number: int, tokens: int) -> Document:
        """Filler with needles at every tenth of it."""
        values = Dice(f"needles {number}")
        needles = []
        for n in range(NEEDLES):
            value = str(values.between(1_000_000, 9_999_999))
            text = TOLD[self.language].format(n=n, value=value)
            needles.append(Planted(id=f"n{n}", text=text, part=1, depth=n / (NEEDLES - 1), values=(value,)))
        order = Order(
            language=self.language,
            tokens=tokens,
            parts=1,
            number=number,
            permutation=0,
            seed=1,
            options={},
            filler=self.filler,
            tokenizer=self.tokenizer,
        )
        return with_probes(compose(order, needles), ())

    def ten(self, tokens: int) -> list[str]:
        """The digests of ten documents, none of which is kept."""
        return [self.document(number, tokens).digest for number in range(DOCUMENTS)]

    def seconds(self, tokens: int) -> float:
        """What ten documents cost."""
        rounds = [timed(partial(self.ten, tokens)) for _ in range(ROUNDS)]
        digests = {tuple(found) for found, _ in rounds}
        if len(digests) > 1 or len(set(*digests)) != DOCUMENTS:
            sys.exit("one source gives two documents, or two sources give one")
        return min(spent for _, spent in rounds)

    def counted(self, tokens: int) -> str:
        """How full a document is, and what it costs to count it."""
        text = self.document(DOCUMENTS - 1, tokens).text
        (exact,), spent = timed(partial(self.tokenizer.counts, [text]))
        return f"; {exact:,} tokens fill {exact / tokens:.2%}, counted in {spent:.2f} s"


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and its CPU seconds."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def peak() -> int:
    """Resident memory in MB at its highest so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def rows(tokenizer: Tokenizer, language: Language, lengths: list[int], cache: Path, *, count: bool) -> bool:
    """Prints one for each length; whether all are within the budget."""
    made = find_filler("synthetic", language, tokenizer, cache)
    _, making = timed(partial(made.sentences, Dice("made"), max(lengths)))
    filler = find_filler("synthetic", language, tokenizer, cache)
    _, reading = timed(partial(filler.sentences, Dice("read"), max(lengths)))
    print(
        f"\n{filler.identity}: table made in {making:.2f} s, read from disk and drawn from in {reading:.3f} s"
    )
    bench = Bench(language=language, filler=filler, tokenizer=tokenizer)
    good = True
    for tokens in lengths:
        spent = bench.seconds(tokens)
        over = tokens <= BUDGET_TOKENS and spent > BUDGET
        good = good and not over
        note = " OVER THE BUDGET" if over else ""
        filled = bench.counted(tokens) if count else ""
        print(
            f"  ten of {spell_length(tokens):>5}: {spent:6.3f} s{note}, peak {peak()} MB{filled}", flush=True
        )
    return good


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--tokenizer", nargs="+", default=["o200k_base"], metavar="NAME", help=", ".join(NAMES)
    )
    parser.add_argument("--language", nargs="+", default=["en", "zh"], choices=["en", "zh"])
    parser.add_argument("--tokens", nargs="+", default=["4k", "128k", "1M"])
    parser.add_argument("--count", action="store_true")
    options = parser.parse_args()
    lengths = [parse_length(length) for length in options.tokens]
    good = True
    with TemporaryDirectory() as folder:
        for name in options.tokenizer:
            tokenizer, loading = timed(partial(find_tokenizer, name))
            print(f"\n{tokenizer.identity}: loaded in {loading:.2f} s, peak {peak()} MB", end="")
            for language in options.language:
                good = rows(tokenizer, language, lengths, Path(folder), count=options.count) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
