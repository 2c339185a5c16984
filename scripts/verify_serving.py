"""The whole matrix of serving on a CPU, for real: every way to serve, and every way in which it may end.

    scripts/verify-serving [--only GROUP…] [--page FILE] [--keep DIR]

Everything goes through Longspan's own commands, as a user gives them, and is read from what they leave.
Leaves with status 1 when anything was not as it has to be.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.environment import read_environment
from scripts import tiny_models
from scripts.serving_checks.ending import (
    SHORT,
    long_play,
    see_crash,
    see_kill,
    see_one_after_another,
    see_replicas,
    see_rest,
    see_server_crashed,
    see_server_killed,
    see_sessions,
    see_window,
)
from scripts.serving_checks.page import PAGE, page
from scripts.serving_checks.product import Broken, Play, Server, longspan, served
from scripts.serving_checks.refusing import (
    ENGINE_REFUSALS,
    REFUSALS,
    see_engine_refusal,
    see_refusal,
    see_taken_port,
    spare_home,
)
from scripts.serving_checks.table import HEAD, Table
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


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All checks, in groups."""

    table: Table
    place: Path
    """For studies and their runs."""
    home: Path
    """Where models are installed."""

    @property
    def groups(self) -> Mapping[str, Callable[[], None]]:
        """Each needs nothing of the others."""
        return {
            "refusals": self.refuse,
            **{title: partial(self.talk, subject) for title, subject in SUBJECTS.items()},
            "stretched": self.stretch,
            "endings": self.end,
            "replicas": self.replicate,
            "ray": self.fan_out,
            "transformers": self.transformers,
        }

    def talk(self, subject: Subject) -> None:
        """One server, and two runs that attach to it; two of the servers end by being killed."""
        place, title, look = self.place / subject.title, subject.title, self.table.look
        up: list[Server] = []
        with ExitStack() as stack:

            def start() -> str:
                server = stack.enter_context(served(subject.name, place / "server", "--strict", "parameter"))
                up.append(server)
                return see_start(subject, server)

            if not look(f"{title}: `models serve`, ready, listed", start):
                return
            self._ask(subject, up[0], place)
            if title == "tiny-qwen3":
                look("`models serve` is killed (SIGKILL)", partial(see_server_killed, up[0]))
            if title == "tiny-deepseek-v3":
                look("the engine below `models serve` is killed", partial(see_server_crashed, up[0]))

    def _ask(self, subject: Subject, server: Server, place: Path) -> None:
        title, look = subject.title, self.table.look
        play = forced(place / "forced", subject, server, self.home)
        if look(f"{title}: attached to as `{subject.name}@URL`", partial(see_trials, play)):
            if subject.ends:
                look(
                    f"{title}: forced calls ({subject.tool_parser})",
                    partial(see_forced_calls, play, loses=subject.loses),
                )
            look(f"{title}: repeated beginnings", partial(see_cache, play, caches=subject.caches))
            look(f"{title}: /metrics, stored", partial(see_counts, play))
        play = free(place / "free", subject, server, self.home)
        if look(f"{title}: calls that nobody forced, played", partial(see_trials, play)):
            look(f"{title}: such calls ({subject.tool_parser})", partial(see_free_calls, play))
            if subject.reasoning_parser:
                look(
                    f"{title}: thinking ({subject.reasoning_parser})",
                    partial(see_thinking, play, rethinks=subject.rethinks),
                )

    def stretch(self) -> None:
        """A window stretched by YaRN, and a second model after it in the same study."""
        models: Sequence[Mapping[str, Any]] = [
            {
                "name": "local/tiny-qwen3-yarn",
                "serve": {"extend": True, "context": "8k"},
                "thinking": "off",
                "sampling": SHORT["sampling"],
            },
            {"name": "local/tiny-qwen3", **SHORT},
        ]
        play = Play.of(self.place / "stretched", models)
        if self.table.look("several models in one study", partial(see_one_after_another, play)):
            self.table.look("a window stretched by YaRN", partial(see_window, play, 8192, 2048))

    def end(self) -> None:
        """One run, cut off twice."""
        play, look = long_play(self.place / "endings"), self.table.look
        if look("the engine is killed (SIGKILL) in the middle of a run", partial(see_crash, play)):
            look("the same command; Longspan is killed (SIGKILL)", partial(see_kill, play))
            look("the same command again", partial(see_rest, play))
            look("/metrics of all three sessions, stored", partial(see_sessions, play))

    def replicate(self) -> None:
        play = long_play(self.place / "replicas", replicas=2)
        self.table.look("two replicas behind vllm-router, one killed (SIGKILL)", partial(see_replicas, play))

    def fan_out(self) -> None:
        play = Play.of(self.place / "ray", [{"name": "local/tiny-qwen3", **SHORT}], repeats=2)
        if self.table.look("`--executor ray`, served here", partial(see_trials, play, "--executor", "ray")):
            self.table.look("ray: /metrics, stored", partial(see_counts, play))

    def transformers(self) -> None:
        served_by = {"serve": {"engine": "transformers"}, "sampling": {"max_tokens": 24}}
        play = Play.of(self.place / "transformers", [{"name": "local/smollm2", **served_by}], scenarios=2)
        self.table.look("`transformers serve` as the engine", partial(see_trials, play))

    def refuse(self) -> None:
        spare, asked = spare_home(self.home, self.place / "spare-home"), self.place / "refused"
        asked.mkdir()
        for one in REFUSALS:
            self.table.look(f"bad start: {one.title}", partial(see_refusal, one, asked, spare))
        for one in ENGINE_REFUSALS:
            self.table.look(f"bad start: {one.title}", partial(see_engine_refusal, one, asked, spare))
        self.table.look("bad start: a port that is taken", see_taken_port)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", metavar="GROUP", help="repeatable; nothing is kept then")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table is kept")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="an empty folder for studies and runs")
    asked = parser.parse_args(arguments)
    home = read_environment().home.expanduser().absolute()
    table = Table(show=lambda line: print(line, flush=True))
    began = time.monotonic()
    with TemporaryDirectory(prefix="longspan-verify-") as place:
        matrix = Matrix(table=table, place=asked.keep or Path(place), home=home)
        chosen = asked.only or list(matrix.groups)
        if wrong := set(chosen) - matrix.groups.keys():
            parser.error(f"no group is called {', '.join(wrong)}; there are: {', '.join(matrix.groups)}")
        print(HEAD, flush=True)
        if table.look("SmolLM2, vLLM for CPU and the tiny models, installed", partial(install, home)):
            for name in chosen:
                matrix.groups[name]()
    minutes = (time.monotonic() - began) / 60
    print(f"\n{len(table.rows)} checks, {table.failed} failed, {minutes:.1f} minutes")
    if not asked.only:
        asked.page.write_text(page(table, home, minutes), encoding="utf-8")
    return 1 if table.failed else 0


def install(home: Path) -> str:
    """What is there already is kept; the tiny models are made anew."""
    if (said := longspan("models", "install", "local/smollm2", "--engine", "cpu")).status:
        raise Broken(said.last)
    if tiny_models.main([str(home / "tiny")]):
        raise Broken("the tiny models could not be made")
    for name in (*SUBJECTS, "tiny-qwen3-yarn"):
        if (said := longspan("models", "install", f"local/{name}", "--engine", "cpu")).status:
            raise Broken(said.last)
    return f"{len(SUBJECTS) + 1} models"


if __name__ == "__main__":
    sys.exit(main())
