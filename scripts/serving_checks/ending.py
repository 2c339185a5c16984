"""What is left when something ends that was needed: an engine, the harness, one replica of two."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.runs.samples import sessions
from scenarios.transcript import GRADED
from scripts.serving_checks.product import (
    Broken,
    Play,
    Process,
    Said,
    Server,
    below,
    engines,
    seconds_until_gone,
    until,
)

_MODEL = "local/tiny-qwen3"
SHORT: Mapping[str, Any] = {
    "thinking": "off",
    "first_call": "required",
    "sampling": {"max_tokens": 64, "bad_words": ["</think>"]},
}
"""Replies that take a tiny model a second; an end of thinking that never began would look like a parser's."""


def long_play(place: Path, **serving: Any) -> Play:
    """A study that is served by us and is not over before it is cut off."""
    return Play.of(place, [{"name": _MODEL, **SHORT, "serve": serving}], scenarios=8, repeats=6)


def see_crash(play: Play, more: int = 4) -> str:
    """The engine is killed in the middle: the run stops, says why and what to do, and keeps what is over."""
    with play.started() as process:
        until(lambda: len(play.finished()) >= more, process, f"{more} trials were over")
        before = play.finished()
        (engine,) = engines(process.pid)
        engine.kill()
        began = time.monotonic()
        said = play.said(process)
    seconds = time.monotonic() - began
    _check_kept(play, before)
    if said.status != 1 or "goes on" not in said.last or "itself: killed;" not in said.last:
        raise Broken(f"status {said.status}: {said.last}")
    return f"stopped after {seconds:.1f} s, {len(play.finished())} trials kept: {_words(said)}"


def see_kill(play: Play, more: int = 4) -> str:
    """Longspan itself is killed in the middle: nothing that it started lives on."""
    with play.started() as process:
        wanted = len(play.finished()) + more
        until(lambda: len(play.finished()) >= wanted, process, f"{more} more trials were over")
        before, started = play.finished(), below(process.pid)
        process.kill()
        process.wait()
        seconds = seconds_until_gone(started)
    _check_kept(play, before)
    return f"{len(started)} processes below it, all gone after {seconds:.1f} s; {len(before)} trials kept"


def see_rest(play: Play) -> str:
    """The same command plays what is left, and nothing twice."""
    before = play.finished()
    said = play.run()
    if said.status:
        raise Broken(f"status {said.status}: {said.last}")
    _check_kept(play, before)
    trials, over = play.folder.record.trials, play.finished()
    if len(over) != trials or f"{len(before)} were played before" not in said.err:
        raise Broken(f"{len(over)} of {trials} trials are over; {said.err}")
    return f"{len(before)} kept as they were, {trials - len(before)} played, all {trials} graded"


def see_sessions(play: Play) -> str:
    """Each time that the run went on its server was looked at, and what was seen before a kill is kept."""
    record = play.folder.record
    found = sessions(play.folder, record.models[0])
    looks = [sum(not one.missed for some in session.values() for one in some) for session in found]
    if len(looks) != 3 or not all(looks):  # noqa: PLR2004 # starts
        raise Broken(f"looks by session: {looks}")
    return f"{len(looks)} sessions of {', '.join(map(str, looks))} looks"


def see_server_killed(server: Server) -> str:
    """`models serve` is killed: its engine goes with it."""
    started = below(server.process.pid)
    server.process.kill()
    server.process.wait()
    return f"{len(started)} processes below it, all gone after {seconds_until_gone(started):.1f} s"


def see_server_crashed(server: Server) -> str:
    """The engine below `models serve` is killed: the command ends and says why."""
    (engine,) = engines(server.process.pid)
    engine.kill()
    status = server.process.wait(60)
    said = server.log.read_text("utf-8").splitlines()[-1]
    if status != 1 or "killed" not in said:
        raise Broken(f"status {status}: {said}")
    return f"status 1: {_cut(said)}"


def see_replicas(play: Play, more: int = 6) -> str:
    """One of two replicas is killed in the middle: its conversations go on at the other one."""
    with play.started() as process:
        until(lambda: len(play.finished()) >= more, process, f"{more} trials were over")
        before, pair = play.finished(), engines(process.pid)
        if len(pair) != 2:  # noqa: PLR2004 # replicas
            raise Broken(f"{len(pair)} engines where two are wanted")
        pair[0].kill()
        said = play.said(process)
    if said.status:
        raise Broken(f"status {said.status}: {said.last}")
    _check_kept(play, before)
    transcripts = play.transcripts
    ended = {transcript.ended for transcript in transcripts}
    if len(transcripts) != play.folder.record.trials or not ended <= GRADED:
        raise Broken(f"trials ended {ended}")
    again = [attempt.kind for one in transcripts for exchange in one.exchanges for attempt in exchange.failed]
    if not again or "ended by itself" not in said.err:
        raise Broken(f"attempts {again}; said: {said.err}")
    kinds = ", ".join(sorted(set(again)))
    return (
        f"all {len(transcripts)} trials graded; {len(again)} requests sent again ({kinds}); and it was said"
    )


def see_one_after_another(play: Play) -> str:
    """Several models in one study: each has its server, and never two at once."""
    seen, most = set[Process](), 0
    with play.started() as process:
        while process.poll() is None:
            alive = engines(process.pid)
            seen.update(alive)
            most = max(most, len(alive))
            time.sleep(0.2)
        said = play.said(process)
    models = play.folder.record.models
    ended = {transcript.ended for transcript in play.transcripts}
    if said.status or len(seen) != len(models) or most != 1 or not ended <= GRADED:
        raise Broken(
            f"status {said.status}, {len(seen)} engines, {most} at once, trials {ended}: {said.last}"
        )
    return (
        f"{len(models)} models, {len(seen)} engines, never two at once; {len(play.transcripts)} trials graded"
    )


def see_window(play: Play, tokens: int, native: int) -> str:
    """The first model's window is stretched: its server lists it, and a longer prompt than before fits."""
    engine = play.engine()
    longest = max(
        exchange.usage.input or 0
        for trial, transcript in play.folder.transcripts(play.folder.record)
        if trial.model == play.folder.record.models[0]
        for exchange in transcript.exchanges
    )
    if engine["max_model_len"] != tokens or longest <= native:
        raise Broken(f"its server lists {engine['max_model_len']}; the longest prompt had {longest} tokens")
    return (
        f"/v1/models lists {tokens:,} in the place of {native:,}; a prompt of {longest:,} tokens was answered"
    )


def _check_kept(play: Play, before: dict[str, bytes]) -> None:
    now = play.finished()
    if lost := [name for name, data in before.items() if now.get(name) != data]:
        raise Broken(f"{len(lost)} trials that were over are gone or were played again: {lost[0]}")


def _words(said: Said) -> str:
    return _cut(said.last.removeprefix("error: "))


def _cut(line: str) -> str:
    """Without the log's path, which is another one in every run."""
    return line.partition(" (log:")[0]
