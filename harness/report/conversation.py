"""One trial as readable text on a terminal: the same view that the page shows."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from harness.report.document_view import DocumentView
from harness.report.request_view import RequestView
from harness.report.view import (
    CallView,
    EntryView,
    LeafView,
    MissingView,
    SegmentView,
    TrialView,
    UserCallView,
    WordsView,
)
from harness.report.wording import UNKNOWN, milliseconds, usd, whole

_LABEL = 10
"""Columns of what stands before the words."""
_GOOD, _BAD, _SOFT = "green", "bold red", "dim"
_NEUTRAL = {"allowed": "allowed extra", "fault": "hit by an injected fault", "unread": "not judged"}
_LEAVES = {
    "right": "as wanted",
    "wrong": "not as wanted",
    "missing": "did not happen",
    "side_effect": "side effect",
}
_STOPPED = {
    "user_done": "the user ended it, since it has what it wants or sees that it will not get it",
    "user_transfer": "the user ended it, since it is handed to somebody else",
    "user_out_of_scope": "the user ended it, since it was asked what it was told nothing about",
    "user_gave_up": "the user ran out of patience",
    "agent_done": "the model ended it by a tool",
}
_FACTS = {
    "say": "must say",
    "answer": "must answer",
    "ask": "must ask about",
    "question": "must ask a question",
    "not_say": "must not say",
}


def print_trial(view: TrialView, console: Console) -> None:
    console.print(_heading(view))
    if view.system:
        console.print(_row("system", Text(view.system, _SOFT)))
    if view.document is not None:
        for label, body in _document(view.document):
            console.print(_row(label, body))
    if view.history:
        console.print(Rule(Text("before the conversation", _SOFT), align="left", style=_SOFT))
        for label, body in _entries(view.history):
            console.print(_row(label, body))
    for segment in view.segments:
        console.print(Rule(Text(segment.id, _SOFT), align="left", style=_SOFT))
        for label, body in _segment(segment):
            console.print(_row(label, body))
    _graded(view, console)
    _requests(view, console)


def _graded(view: TrialView, console: Console) -> None:
    """How the conversation ended, and what is said of it."""
    if view.stopped is not None:
        console.print(_row("the end", Text(f"{_STOPPED[view.stopped]} ({view.stopped})", _SOFT)))
    if view.state or view.scores:
        console.print(Rule(Text("grade", _SOFT), align="left", style=_SOFT))
    if view.state:
        console.print(_row("state", Group(*map(_leaf, view.state))))
    widest = max((len(score.name) for score in view.scores), default=0)
    for score in view.scores:
        value = UNKNOWN if score.value is None else f"{score.value:.2f}"
        console.print(_row(score.name, Text(f"{value}  {score.reason}"), max(_LABEL, widest)))


def _heading(view: TrialView) -> Group:
    sign, style = ("○", "yellow") if view.success is None else ("✓", _GOOD) if view.success else ("✗", _BAD)
    score = UNKNOWN if view.score is None else f"{view.score:.2f}"
    lines = [
        Text.assemble((f"{sign} ", style), (view.title, "bold")),
        Text(f"{view.name} · ended as {view.ended} · score {score}", _SOFT),
        Text(f"{view.root_cause}: {view.reason}" if view.root_cause else view.reason),
    ]
    lines += [Text(view.failure, "yellow")] if view.failure else []
    lines += [Text(f"its user was played by {view.user}", _SOFT)] if view.user is not None else []
    lines += [Text(" · ".join(view.notes), _SOFT)] if view.notes else []
    return Group(*lines)


def _document(asked: DocumentView) -> Iterator[tuple[str, RenderableType]]:
    """What was asked of a document, and what was made of the answer; its text is in no report."""
    read = f"{asked.after} of {asked.parts} parts, {asked.tokens:,} tokens ({asked.tokenizer})"
    yield "document", Text.assemble((asked.name, "bold"), f" · {asked.task} · {asked.layout} · {read}")
    for one in asked.evidence:
        place = (f"part {one.part}, at {100 * min(1.0, one.depth):.0f} %: ", _SOFT)
        yield "evidence", Text.assemble(place, one.text)
    if not asked.evidence:
        yield "evidence", Text("the document does not give the answer", _SOFT)
    yield "expected", Text(asked.expected)
    no_line = "(the whole reply)" if asked.whole_reply else "(no line `ANSWER: …`)"
    yield "given", Text(no_line, _SOFT) if asked.given is None else Text(asked.given)
    if asked.outcome is not None:
        style = _GOOD if asked.outcome == "right" else _BAD
        yield "judged", Text.assemble((asked.outcome, style), f"  {asked.why}")


def _segment(segment: SegmentView) -> Iterator[tuple[str, RenderableType]]:
    yield from _entries(segment.entries)
    for missing in segment.missing:
        text = f"{missing.tool} {missing.arguments}"
        yield "missing", Text.assemble(("✗ ", _BAD), text, (_instead(missing), _SOFT))
    for fact in segment.facts:
        verdict = (
            "kept" if fact.met and fact.kind == "not_say" else "said" if fact.met else "not as it must be"
        )
        mark = ("✓ ", _GOOD) if fact.met else ("✗ ", _BAD)
        yield "fact", Text.assemble(mark, f"{_FACTS[fact.kind]} {fact.expected}: {verdict}")


def _entries(entries: Sequence[EntryView]) -> Iterator[tuple[str, RenderableType]]:
    for entry in entries:
        if isinstance(entry, CallView):
            yield f"call {entry.position}", _call(entry)
        elif isinstance(entry, UserCallView):
            yield "user call", _user_call(entry)
        else:
            yield from _words(entry)


def _requests(view: TrialView, console: Console) -> None:
    """What each request took and cost; of a reference model there is none."""
    if not view.requests and not view.unanswered:
        return
    engaged = " · thinking_not_engaged" if view.thinking_not_engaged else ""
    at_least = "≥" if view.cost_usd and any(one.cost_usd is None for one in view.requests) else ""
    told = Text(f"requests: {at_least}{usd(view.cost_usd)}{engaged}", _SOFT)
    console.print(Rule(told, align="left", style=_SOFT))
    for number, one in enumerate(view.requests, 1):
        console.print(_row(f"request {number}", _request(one)))
    if view.unanswered:
        console.print(_row("unanswered", Text(", ".join(view.unanswered), _BAD)))


def _request(one: RequestView) -> Text:
    into = f"{whole(one.input)} in ({whole(one.cached)} cached"
    into += f", {whole(one.written)} written)" if one.written else ")"
    took = f"{into}, {whole(one.output)} out ({whole(one.reasoning)} thought)"
    took += f" · {milliseconds(one.ms)} ms · TTFT {milliseconds(one.ttft_ms)}"
    lines = [f"{usd(one.cost_usd)} ({one.basis}) · {took}"]
    lines += [f"counts that do not fit together: {one.doubt}"] if one.doubt else []
    lines += [f"after {', '.join(one.failed)}"] if one.failed else []
    lines += list(one.conceded)
    return Text.assemble(lines[0], *((f"\n{line}", "yellow") for line in lines[1:]))


def _instead(missing: MissingView) -> str:
    return "" if missing.code == "missing_call" else f" (in its place: {missing.code})"


def _words(words: WordsView) -> Iterator[tuple[str, RenderableType]]:
    if words.reasoning:
        yield "thinking", Text(words.reasoning, _SOFT)
    text = Text(words.text) if words.text else Text("(said nothing)", _SOFT)
    for mark in words.marks:
        text.highlight_words([mark], "bold reverse")
    yield words.kind, text
    if words.given:
        yield "", Text("(put into its mouth by the scenario)", _SOFT)
    if words.unheard:
        yield "", Text("(written beside its own calls; nobody heard it)", _SOFT)
    if words.marks:
        yield "", Text(f"(ended the conversation by {', '.join(words.marks)})", _SOFT)


def _user_call(call: UserCallView) -> RenderableType:
    """What the user did with its own tools; the model never saw it."""
    parts: list[RenderableType] = [Text.assemble((call.tool, "bold"), " ", call.arguments)]
    if call.problem is not None:
        parts.append(Text(call.problem + (f": {call.detail}" if call.detail else ""), "yellow"))
    parts.append(Text("never executed", _BAD) if call.result is None else Text(f"→ {call.result}", _SOFT))
    return Group(*parts)


def _call(call: CallView) -> RenderableType:
    good = call.code == "matched"
    style = _GOOD if good else "yellow" if call.code in _NEUTRAL else _BAD
    sign = "✓" if good else "○" if call.code in _NEUTRAL else "✗"
    parts: list[RenderableType] = [
        Text.assemble((call.tool, "bold"), " ", call.arguments),
        Text.assemble((f"{sign} {_NEUTRAL.get(call.code, call.code)}", style), f"  {call.why}"),
    ]
    for leaf in call.mismatches:
        given = "absent" if leaf.given is None else leaf.given
        parts.append(Text(f"  {leaf.argument}: expected {leaf.expected}, given {given}"))
    if call.problem is not None:
        parts.append(Text(call.problem + (f": {call.detail}" if call.detail else ""), "yellow"))
    back = Text("never executed", _BAD) if call.result is None else Text(f"→ {call.result}", _SOFT)
    return Group(*parts, back)


def _leaf(leaf: LeafView) -> Text:
    mark = ("✓ ", _GOOD) if leaf.outcome == "right" else ("✗ ", _BAD)
    found = "unchanged" if leaf.found is None else leaf.found
    place = f"{leaf.server}{leaf.path}: expected {leaf.expected}, found {found}"
    return Text.assemble(mark, place, (f"  {_LEAVES[leaf.outcome]}", _SOFT))


def _row(label: str, body: RenderableType, width: int = _LABEL) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=width, style=_SOFT, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label), body)
    return grid
