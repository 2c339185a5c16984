"""A slice of scripts/verify-serving: tiny checkpoints of two families on vLLM for CPU, talked to and broken.

Each `see_…` raises what was there in the place of what has to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.serving_checks.ending import long_play, see_crash, see_replicas, see_rest
from scripts.serving_checks.product import Play, Server, served
from scripts.serving_checks.talking import (
    SUBJECTS,
    Subject,
    forced,
    free,
    see_cache,
    see_counts,
    see_forced_calls,
    see_free_calls,
    see_start,
    see_thinking,
    see_trials,
)
from scripts.verify_serving import install
from tests.e2e.served import HOME

pytestmark = pytest.mark.e2e


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A server, and two studies of it that were played."""

    subject: Subject
    server: Server
    forced: Play
    free: Play


@pytest.fixture(scope="module")
def tiny() -> None:
    install(HOME)


@pytest.fixture(scope="module", params=["tiny-qwen3", "tiny-deepseek-v3"])
def talk(
    request: pytest.FixtureRequest, tiny: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Talk]:
    place: Path = tmp_path_factory.mktemp("talk")
    subject = SUBJECTS[request.param]
    with served(subject.name, place / "server", "--strict", "parameter") as server:
        plays = [study(place / study.__name__, subject, server, HOME) for study in (forced, free)]
        for play in plays:
            see_trials(play)
        yield Talk(subject=subject, server=server, forced=plays[0], free=plays[1])


def test_it_is_listed_with_its_window(talk: Talk) -> None:
    assert see_start(talk.subject, talk.server)


def test_forced_calls_are_calls_of_real_tools(talk: Talk) -> None:
    assert see_forced_calls(talk.forced, loses=talk.subject.loses)


def test_a_call_that_nobody_forced_is_read_out_of_the_text(talk: Talk) -> None:
    assert see_free_calls(talk.free)


def test_reasoning_stands_apart_where_thinking_is_on_and_only_there(talk: Talk) -> None:
    assert see_thinking(talk.free, rethinks=talk.subject.rethinks)


def test_a_repeated_beginning_is_cached_and_both_sides_count_it(talk: Talk) -> None:
    assert see_cache(talk.forced, caches=talk.subject.caches)


def test_what_the_server_counted_is_stored_and_is_our_usage_to_the_token(talk: Talk) -> None:
    assert see_counts(talk.forced)


def test_a_killed_engine_stops_the_run_and_the_same_command_finishes_it(tiny: None, tmp_path: Path) -> None:
    play = long_play(tmp_path / "crash")
    assert see_crash(play)
    assert see_rest(play)


def test_a_killed_replica_costs_requests_and_no_trial(tiny: None, tmp_path: Path) -> None:
    assert see_replicas(long_play(tmp_path / "pair", replicas=2))
