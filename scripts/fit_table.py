"""The table of docs/fit.md: for every model of the catalog and eight kinds of GPU, the fewest that serve it.

A cell is the fewest GPUs, as a power of two up to 16, and the best layout on them, for one sequence of 32,768
tokens (or the model's whole window, if that is shorter) with a cache of 16 bits.
"""

import sys
from pathlib import Path

from local_models.catalog import LocalModel, load_catalog
from local_models.fit.gpu import known_kinds, read_gpus
from local_models.fit.rank import Wanted
from local_models.fit.subject import Subject, fewest, of_model

DOCUMENT = Path(__file__).parent.parent / "docs" / "fit.md"
KINDS = ("RTX4090-24", "L40S-48", "A100-80", "H100-80", "H20-96", "H20-141", "H200-141", "B200-180")
WINDOW = 32_768
MOST = 16
START, END = "<!-- table: scripts/fit-table writes it -->", "<!-- end of the table -->"


def table() -> str:
    """The table in Markdown. Models of one shape have the same answers and stand in one row."""
    rows: dict[tuple[object, ...], list[str]] = {}
    known: dict[tuple[object, ...], str] = {}
    for model in load_catalog().values():
        for name, cells in _rows(model, known):
            line = _line((name, *cells))
            rows.setdefault((model.architecture.model_dump_json(), line), []).append(model.name)
    head = ("model", "weights", *KINDS)
    lines = [_line(head), _line(["---"] * len(head))]
    lines += [f"| {', '.join(models)} {line}" for (_, line), models in rows.items()]
    return "\n".join(lines)


def _rows(model: LocalModel, known: dict[tuple[object, ...], str]) -> list[tuple[str, list[str]]]:
    return [(name, [_cell(of_model(model, name), kind, known) for kind in KINDS]) for name in model.weights]


def _cell(subject: Subject, kind: str, known: dict[tuple[object, ...], str]) -> str:
    (stored,) = subject.weights.values()
    window = min(WINDOW, subject.native)
    key = (subject.architecture, stored.precision, stored.group, window, kind)
    if key not in known:
        found = fewest(subject, read_gpus(kind), Wanted(window=window), MOST)
        known[key] = _spell(found[0].count, str(found[1].parallel)) if found else "–"
    return known[key]


def _spell(count: int, layout: str) -> str:
    return str(count) if count == 1 else f"{count} {layout}"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def rewritten(text: str) -> str:
    """The document with the table anew."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


def main() -> None:
    assert set(KINDS) <= set(known_kinds())  # noqa: S101 # a slip of ours
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(rewritten(text), encoding="utf-8")
    sys.stdout.write(f"wrote the table of {DOCUMENT}\n")


if __name__ == "__main__":
    main()
