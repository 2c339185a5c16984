"""What servers said, held against what was sent to them."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from harness.report.figures import Figures, Report, collect
from harness.report.markdown import markdown
from harness.report.page import Page
from harness.report.server_figures import Watched, Window
from harness.report.server_wording import bucket
from harness.report.terminal import print_report
from local_models.metrics import Sample
from tests.harness.report.sample_costs import asked, spent
from tests.harness.report.sample_run import good, graded, record
from tests.harness.report.sample_server import (
    LOCAL,
    at,
    busy,
    figures,
    look,
    missed,
    session,
    timed,
    watched_report,
)

HOSTILE = "</script><img src=x onerror=alert(1)> | [bold]x[/bold]\x1b[31m"


def test_tokens_of_server_and_replies_stand_beside_each_other() -> None:
    exchange = asked(at(10), input=100, output=20)
    looks = session(
        look(0, prompt_tokens=50, generation_tokens=5), look(20, prompt_tokens=150, generation_tokens=25)
    )
    found = figures(looks, exchanges=[exchange])
    assert (found.prompt_tokens, found.generation_tokens) == (100, 20)
    assert (found.usage_prompt_tokens, found.usage_generation_tokens) == (100, 20)
    assert (found.difference, found.doubt) == (0.0, None)


@pytest.mark.parametrize(("counted", "doubt"), [(1010, None), (1011, "more"), (990, None), (980, "fewer")])
def test_more_than_a_hundredth_apart_is_doubtful(counted: int, doubt: str | None) -> None:
    looks = session(look(0, prompt_tokens=0), look(20, prompt_tokens=counted))
    assert figures(looks, exchanges=[asked(at(10), input=1000, output=0)]).doubt == doubt


def test_requests_sent_while_nobody_looked_are_not_held_against_the_server() -> None:
    looks = session(look(0, prompt_tokens=0), look(20, prompt_tokens=100))
    exchanges = [asked(at(10), input=100, output=1), asked(at(900), input=7, output=1), asked("", input=7)]
    assert figures(looks, exchanges=exchanges).usage_prompt_tokens == 100


def test_a_reply_that_told_no_count_leaves_the_comparison_open() -> None:
    looks = session(look(0, prompt_tokens=0), look(20, prompt_tokens=900))
    found = figures(looks, exchanges=[asked(at(10), input=100), asked(at(11))])
    assert (found.usage_prompt_tokens, found.difference, found.doubt) == (None, None, None)


@pytest.mark.parametrize(("player", "counted"), [(LOCAL.label, 150), ("scripted", 100)])
def test_requests_of_a_user_that_the_same_server_plays_are_counted(player: str, counted: int) -> None:
    looks = session(look(0, prompt_tokens=0), look(30, prompt_tokens=counted))
    found = Figures(record(LOCAL), watched={LOCAL.label: Watched(sessions=[looks])})
    for trial, exam, transcript, grade in graded(spent(good(), asked(at(10), input=100)), of=LOCAL):
        beside = (asked(at(11), input=50),)
        played = transcript.model_copy(update={"user": player, "user_exchanges": beside})
        found.add(trial, exam, played, grade)
    (model,) = found.report({}).models
    assert model.server is not None
    assert (model.server.usage_prompt_tokens, model.server.doubt) == (counted, None)


def test_sessions_are_added_up_and_what_happened_between_them_is_left_out() -> None:
    first = session(look(0, prompt_tokens=0), look(10, prompt_tokens=30))
    second = session(look(100, prompt_tokens=5000), look(130, prompt_tokens=5012))
    found = figures(first, second)
    assert (found.prompt_tokens, found.sessions, found.seconds) == (42, 2, 40.0)


def test_a_server_that_began_again_counts_on() -> None:
    found = figures(
        session(look(0, prompt_tokens=10), look(5, prompt_tokens=30), missed(9), look(15, prompt_tokens=4))
    )
    assert (found.prompt_tokens, found.restarts, found.looks) == (24, 1, 3)
    assert sum(found.missed.values()) == 1


def test_two_servers_are_added_up() -> None:
    looks = [
        look(seconds, server, prompt_tokens=int(seconds * factor), waiting=factor, kv_use=factor / 10)
        for server, factor in (("one", 2), ("other", 5))
        for seconds in (0, 10)
    ]
    found = figures(session(*looks))
    assert (found.servers, found.prompt_tokens) == (2, 70)
    assert found.waiting is not None
    assert (found.waiting.mean, found.waiting.most) == (3.5, 5)


def test_levels_are_over_time_and_not_over_looks() -> None:
    found = figures(session(look(0, waiting=0), look(1, waiting=8), look(2, waiting=0), look(10, waiting=0)))
    assert found.waiting is not None
    assert found.waiting.mean == pytest.approx((4 + 4) / 10)
    assert found.waiting.most == 8


def test_a_metric_that_nobody_has_is_unknown_and_not_zero() -> None:
    found = figures(session(look(0, generation_tokens=0), look(9, generation_tokens=3)))
    assert (found.prompt_tokens, found.hit_rate, found.kv_use, found.preemptions) == (None, None, None, None)
    assert found.times == {}


def test_the_hit_rate_is_of_tokens_that_were_looked_up() -> None:
    found = figures(
        session(look(0, cache_queries=10, cache_hits=10), look(9, cache_queries=110, cache_hits=35))
    )
    assert found.hit_rate == 0.25


def test_times_are_read_from_buckets_and_means_are_exact() -> None:
    found = figures(session(look(0), timed(9, {"time_to_first_token": [0.3] * 19 + [2.0]})))
    time = found.times["ttft"]
    assert time.n == 20
    assert time.mean_ms == pytest.approx((19 * 300 + 2000) / 20)
    assert (time.p50.low_ms, time.p50.high_ms) == (100, 500)
    assert 100 < time.p50.ms < 500


def test_the_lowest_and_the_highest_bucket_are_told_as_bounds() -> None:
    times = figures(session(look(0), timed(9, {"request_queue_time": [0.01, 0.02, 99.0]}))).times
    assert bucket(times["queue"].p50) == "≤ 100"
    assert bucket(times["queue"].p95) == "> 2,500"


def test_nobody_looked_is_no_figure() -> None:
    assert Watched(sessions=()).figures() is None
    assert watched_report().models[0].server is None


def windows(*looks: Sample) -> list[Window]:
    return list(Watched(sessions=[session(*looks)]).windows())


def test_a_rate_has_to_last_a_minute() -> None:
    looks = [look(10 * n, prompt_tokens=100 * n, generation_tokens=n) for n in range(19)]
    assert [tuple(map(round, one)) for one in windows(*looks)] == [(60, 600, 6)] * 3
    assert windows(look(0, prompt_tokens=0), look(10, prompt_tokens=10**6)) == []


@given(st.lists(st.tuples(st.floats(0.5, 40), st.integers(0, 500)), min_size=2, max_size=30))
def test_windows_hold_no_more_than_what_was_counted(steps: list[tuple[float, int]]) -> None:
    moment, total, looks = 0.0, 0, [look(0, prompt_tokens=0, generation_tokens=0)]
    for seconds, tokens in steps:
        moment, total = moment + seconds, total + tokens
        looks.append(look(moment, prompt_tokens=total, generation_tokens=0))
    found = windows(*looks)
    assert sum(one.prompt for one in found) <= total + 1e-6
    assert sum(one.seconds for one in found) <= moment + 1e-2


def terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def page(report: Report) -> str:
    return Page(record(LOCAL)).html(report)


def test_the_terminal_tells_what_the_servers_said() -> None:
    text = terminal(watched_report(busy()))
    assert max(map(len, text.splitlines())) <= 80
    assert "40.0" in text
    assert "≤100/750" in text
    flat = " ".join(text.split())
    assert "1 of 3 looks at its server brought nothing" in flat
    assert "counted 150 + 20 tokens of prompts and output, its replies reported 100 + 20 (+50.0 %)" in flat


def test_the_markdown_tells_what_the_servers_said() -> None:
    text = markdown(watched_report(busy()), record(LOCAL), [])
    part = text.partition("## What the servers said")[2].partition("\n## ")[0]
    for table in part.split("\n\n"):
        if table.startswith("|"):
            assert len({row.replace(r"\|", "").count("|") for row in table.splitlines()}) == 1
    assert "| 1 | 2 | 40.0 % |" in part
    assert "| 150 + 20 | 100 + 20 |" in part
    assert "| waiting | 88 | ≤ 100 / 750 |  |" in part
    assert "| 100 / 100 |" in part


def test_the_page_has_the_same_figures() -> None:
    text = page(watched_report(busy()))
    embedded = text.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    server = json.loads(embedded)["report"]["models"][0]["server"]
    assert (server["hit_rate"], server["doubt"], server["kv_use"]["most"]) == (0.4, "more", 0.5)


def test_nothing_is_shown_where_nobody_looked() -> None:
    report = collect(record(LOCAL), graded(good(), of=LOCAL), {})
    assert "/metrics" not in terminal(report)
    assert "servers said" not in markdown(report, record(LOCAL), [])


def test_a_server_that_nobody_could_look_at_is_told_in_a_line() -> None:
    report = watched_report(session(missed(0, "http://x/metrics answers HTTP 404")))
    for text in (terminal(report), markdown(report, record(LOCAL), [])):
        assert "1 of 1 looks" in text
        assert "hits" not in text.partition("1 of 1")[0]


def test_what_a_server_says_stays_text() -> None:
    report = watched_report(session(look(0), missed(5, HOSTILE)))
    assert "<img" not in page(report)
    assert "\x1b" not in terminal(report)
    assert "[bold]" in terminal(report)
    assert "<img" not in markdown(report, record(LOCAL), [])
