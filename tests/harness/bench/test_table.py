"""A terminal shows a row for each level, what is not known as such, and what to know beside it."""

from io import StringIO

from rich.console import Console

from harness.bench.figures import figures
from harness.bench.record import Bench, Client, Level, Load, Row, Slo, Spread, Workload
from harness.bench.table import line, notes, show
from tests.harness.bench.rows import row
from tests.harness.known import find_variant


def level(*rows: Row, clients: int = 4, stopped: str | None = None, limited: tuple[str, ...] = ()) -> Level:
    return Level(
        load=Load(concurrency=clients),
        started="2026-03-14T10:00:00+00:00",
        stopped=stopped,
        figures=figures(rows, Slo(e2el=2000)),
        client=Client(cpu_share=0.1, lag_ms=Spread(), limited=limited),
        rows=rows,
    )


def bench(*levels: Level, spec: str = "random:100/11") -> Bench:
    return Bench(
        id="bench-1",
        created="2026-03-14T10:00:00+00:00",
        command="longspan models bench",
        model=find_variant("chat:m@http://127.0.0.1:8000/v1"),
        workload=Workload(spec=spec),
        seed=7,
        levels=levels,
    )


def shown(one: Bench, width: int = 80) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    show(one, Console(file=out, width=width), Console(file=err, width=width))
    return out.getvalue(), err.getvalue()


def said(one: Bench) -> str:
    return "\n".join(notes(one))


MANY = tuple(row(ms=1000.0 + n, ended=1.0 + n / 1000) for n in range(100))


def test_every_level_is_a_row_of_both_tables() -> None:
    out, _ = shown(bench(level(*MANY, clients=4), level(*MANY, clients=16)))

    rows = [words for text in out.splitlines() if (words := text.split()) and words[0] in {"4", "16"}]
    assert [words[0] for words in rows] == ["4", "16", "4", "16"]
    assert rows[0][1:3] == ["100", "0"]
    assert rows[2][-1] == "1,050/1,094/1,098"


def test_both_tables_fit_a_narrow_terminal() -> None:
    out, _ = shown(bench(level(*MANY)))

    assert max(map(len, out.splitlines())) <= 80
    assert "…" not in out


def test_a_percentile_of_too_few_requests_is_a_dash_and_what_it_needs_is_said() -> None:
    one = bench(level(*MANY[:30]))

    assert "1,014/1,028/–" in shown(one)[0]
    assert "p99 needs 100" in said(one)
    assert "p95 needs" not in said(one)
    assert "needs" not in said(bench(level(*MANY)))


def test_what_failed_ended_early_or_was_our_own_doing_is_said_with_its_level() -> None:
    failed = row(failed="http_503")

    found = said(bench(level(*MANY, failed, clients=8, stopped="interrupted", limited=("we were late",))))

    assert "8: ended early: interrupted" in found
    assert "8: we were late" in found
    assert "8: failed, and in no other figure: 1 http_503" in found


def test_replies_that_ended_by_themselves_are_said_where_their_length_was_asked_for() -> None:
    short = row(output=5)

    assert "1 of 101 replies ended before their 11 tokens" in said(bench(level(*MANY, short)))
    assert "ended before" not in said(bench(level(*MANY, short), spec="agent:shop"))


def test_whoever_waits_is_told_of_a_level_in_one_line() -> None:
    assert line(level(*MANY[:2])) == "4: 2 answered in 1.0 s, 22.0 output tokens/s"
    assert line(level(row(failed="http_503"), stopped="full")) == "4: 0 answered in 1.0 s; ended early: full"


def test_a_bench_without_levels_shows_what_it_was_to_be() -> None:
    out, _ = shown(bench())

    assert out.strip() == "m@127.0.0.1:8000: random:100/11, seed 7"


def test_the_summary_is_all_but_the_rows() -> None:
    told = bench(level(*MANY)).summary

    assert "rows" not in told["levels"][0]  # type: ignore[index,operator] # JSON, of a shape that is tested here
    assert "warm_up" not in told
    assert told["seed"] == 7
