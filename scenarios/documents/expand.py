"""From a document with questions to scenarios: one for each question, in each layout.

The order is the one in which they are best played: document by document, so that what they share is computed
once.
"""

from collections.abc import Iterator, Sequence

from scenarios.documents.document import Document, Probe
from scenarios.documents.wording import turn
from scenarios.language import Language
from scenarios.reading import WHOLE, Cell, DocumentRef, Layout, Reading
from scenarios.scenario import Expectation, Limits, Scenario, Segment, Server

READER = "reader"
"""The MCP server that the layout `tools` gives the model."""
_TOKENS_A_SECOND = 400
"""So slow a reader is waited for; a trial's seconds grow with what it has to read."""


def expand(  # noqa: PLR0913 # what a scenario is made of
    document: Document,
    ref: DocumentRef,
    *,
    suite: str,
    title: str,
    language: Language,
    layouts: Sequence[Layout],
    system: str = "",
    tags: tuple[str, ...] = (),
    limits: Limits | None = None,
    scorers: tuple[str, ...] = (),
) -> Iterator[Scenario]:
    """Every question of a document in every layout; where the whole is in view, those that hold at the
    end.
    """
    end = len(document.parts)
    for layout in layouts:
        whole = layout in WHOLE
        probes = [probe for probe in document.probes if not (whole and probe.only_at)]
        for probe in probes if whole else sorted(probes, key=lambda probe: probe.after):
            after = end if whole else probe.after
            yield Scenario(
                suite=suite,
                id=f"{ref.name}--{probe.id}--{layout}",
                title=title,
                tags=tags,
                language=language,
                system=system,
                servers={READER: Server(builtin=READER)} if layout == "tools" else {},
                segments=(Segment(id=probe.id, user=(probe.question,), expect=Expectation(line=probe.line)),),
                reading=Reading(
                    document=ref,
                    layout=layout,
                    after=after,
                    evidence=probe.evidence,
                    rests=probe.rests,
                    cell=_moved(probe, document, after),
                ),
                limits=_limits(limits or Limits(), probe, sum(document.tokens[:after])),
                scorers=scorers,
            )


def _segment(probe: Probe, layout: Layout, language: Language, *, of: int) -> Segment:
    asked = probe.question
    if layout == "tools":
        asked = turn("tools", language, of=of, text=asked)
    return Segment(id=probe.id, user=(asked,), expect=Expectation(line=probe.line))


def reference(name: str, document: Document, source: object, tokenizer: str) -> DocumentRef:
    """What stands for a document in scenarios."""
    return DocumentRef.model_validate(
        {
            "name": name,
            "digest": document.digest,
            "source": source,
            "tokens": document.tokens,
            "tokenizer": tokenizer,
        }
    )


def _moved(probe: Probe, document: Document, after: int) -> Cell:
    """The cell of a question that is asked later than it could be: its lag grows."""
    cell = probe.cell
    if after == probe.after or cell.lag is None or cell.lag < 0:
        return cell
    more = sum(document.tokens[probe.after : after])
    tokens = None if cell.lag_tokens is None else cell.lag_tokens + more
    return cell.model_copy(update={"lag": cell.lag + after - probe.after, "lag_tokens": tokens})


def _limits(asked: Limits, probe: Probe, tokens: int) -> Limits:
    """The scenario's own limits, with time to read and room for the answer."""
    seconds = max(asked.seconds, 120 + tokens / _TOKENS_A_SECOND)
    output = max(probe.output_tokens, asked.output_tokens if "output_tokens" in asked.model_fields_set else 0)
    return asked.model_copy(update={"seconds": seconds, "output_tokens": output})
