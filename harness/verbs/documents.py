"""What the command line may say of long documents: how they are read, how long they are, what counts them."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from scenarios.documents.length import parse_length
from scenarios.documents.shelf import DEFAULT_SIZING, DocumentSettings
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.reading import Layout
from scenarios.study import Study

LayoutOption = Annotated[
    str | None,
    typer.Option(help=f"How documents are read, with commas between: {', '.join(get_args(Layout))}, or all."),
]
TokensOption = Annotated[
    str | None, typer.Option(help="Lengths of generated documents instead of the suite's, such as 4k,64k,1M.")
]
SizingOption = Annotated[
    str | None,
    typer.Option(
        help=f"The tokenizer that sizes documents: {DEFAULT_SIZING} if not said, qwen, deepseek, a file."
    ),
]
FillerOption = Annotated[
    str | None, typer.Option(help="What facts are hidden in: synthetic, python-docs, or a folder of texts.")
]


def document_settings(
    study: Study, layout: str | None, tokens: str | None, sizing: str | None, filler: str | None
) -> DocumentSettings:
    """What the options and the study say of documents. Raises `ScenarioError` for what means nothing."""
    return DocumentSettings(
        sizing=sizing or study.sizing or DEFAULT_SIZING,
        layouts=_layouts(layout) or study.layout,
        tokens=_lengths(tokens) or study.tokens,
        filler=filler or study.filler,
    )


def _layouts(text: str | None) -> tuple[Layout, ...]:
    known: tuple[Layout, ...] = get_args(Layout)
    if text is None or text == "all":
        return () if text is None else known
    found = []
    for name in text.split(","):
        match = next((layout for layout in known if layout == name.strip()), None)
        if match is None:
            raise _wrong("layout", f"no layout is called {name.strip()!r}; {choices(name, (*known, 'all'))}")
        found.append(match)
    return tuple(dict.fromkeys(found))


def _lengths(text: str | None) -> tuple[int, ...]:
    try:
        return () if text is None else tuple(sorted({parse_length(part) for part in text.split(",")}))
    except ValueError as error:
        raise _wrong("tokens", str(error)) from error


def _wrong(option: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(file=Path(f"--{option}"), message=message)])
