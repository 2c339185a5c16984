"""The page in a real browser: what others wrote is shown and never run, and nothing leaves the machine."""

import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from harness.report.write import write_reports
from harness.runs.store import RunFolder
from tests.e2e.browser import SECONDS, drawn
from tests.harness.report.sample_reading import EDGE, RIGHT, WRONG, Probe, grid, played
from tests.harness.report.sample_run import (
    LIST,
    Graded,
    bad,
    broken,
    call,
    exam,
    good,
    graded,
    model,
    record,
    transcript,
)

pytestmark = pytest.mark.e2e


class Eavesdropper:
    """A server that hostile text would like the browser to talk to."""

    def __init__(self) -> None:
        heard: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is not ours)
                pass

        self.heard = heard
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def hostile(self) -> str:
        """Text that runs, or calls home, if any part of the page takes it for HTML."""
        home = f"http://127.0.0.1:{self.server.server_port}"
        return (
            f"</script></pre><script>document.title='owned';fetch('{home}/script')</script>"
            f"<img src={home}/image onerror=\"document.title='owned'\">"
            f"<link rel=stylesheet href={home}/style>"
            f"<style>body{{background:url({home}/css)}}</style><iframe src={home}/frame></iframe>"
            f"<a href=\"javascript:document.title='owned'\">x</a>\u202egnp.exe\u200f\x00{{{{script}}}}"
        )


@pytest.fixture
def eavesdropper() -> Iterator[Eavesdropper]:
    found = Eavesdropper()
    thread = Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join(SECONDS)
    found.server.server_close()


def written(folder: Path, *trials: Graded, label: str = "chat/alpha") -> Path:
    asked = record(model(label), repeats=len(trials))
    write_reports(RunFolder(folder), asked, trials, {"shop": 0.0})
    return folder / "report.html"


def test_hostile_text_is_shown_as_text_and_reaches_nobody(
    tmp_path: Path, chromium: list[str], eavesdropper: Eavesdropper
) -> None:
    hostile = eavesdropper.hostile()
    asked = exam(title=hostile, system=hostile, tags=[hostile])
    played = transcript(*LIST, *call(hostile, hostile, hostile, problem="unknown_tool"), reply=hostile)
    trials = graded(played, broken(hostile), of=model(hostile), asked=asked)
    dom = drawn(chromium, written(tmp_path, *trials, label=hostile), "#en/t0")
    assert eavesdropper.heard == []
    assert re.search(r"<title>[^<]*0123456789ab[^<]*</title>", dom)
    assert not re.search(r"<(img|iframe|link)\b|<a [^>]*javascript", dom)
    assert dom.count("&lt;img src=http://127.0.0.1") > 5
    assert "⟨U+202E⟩gnp.exe" in dom


def test_a_failed_trial_opens_as_a_conversation(tmp_path: Path, chromium: list[str]) -> None:
    dom = drawn(chromium, written(tmp_path, *graded(good(), bad())), "#en/t1")
    told = [
        "Refund my last order, please. I am u1.",
        "shop__list_orders",
        '{"order": "O-17", "amount": 24.5}',
        "It is refunded.",
        "must say 42.5: not said",
        "side effect",
    ]
    places = [dom.index(part, dom.index('id="t1"')) for part in told]
    assert places == sorted(places)


def test_the_address_chooses_the_language(tmp_path: Path, chromium: list[str]) -> None:
    page = written(tmp_path, *graded(good(), bad(), broken()))
    english, chinese = (drawn(chromium, page, f"#{code}") for code in ("en", "zh"))
    assert '<html lang="en"' in english
    assert "What went wrong" in english
    assert '<html lang="zh-CN"' in chinese
    assert "错在哪里" in chinese
    assert "What went wrong" not in chinese
    assert "模型接口故障" in chinese


def test_a_megabyte_in_one_reply_does_not_stop_the_page(tmp_path: Path, chromium: list[str]) -> None:
    page = written(tmp_path, *graded(transcript(reply="长" * 1_000_000)))
    dom = drawn(chromium, page, "#en/t0")
    assert "must say 42.5: not said" in dom
    assert page.stat().st_size < 300_000


def about_documents(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    probes = [*grid(EDGE), *grid(EDGE, layout="concat"), Probe(name="crate", number=0, replies=(WRONG,))]
    hall = {"fact": "hall", "fact_kind": "static"}
    probes += [
        Probe(name=f"hall-{n}", after=n, layout="segmented", cell={**hall, "lag": n - 1}, replies=(reply,))
        for n, reply in ((1, RIGHT), (2, WRONG))
    ]
    probes += [Probe(number=n + 3, alone=True, name="parcel-4", depth=4 / 9) for n in range(2)]
    variants = (model("chat/alpha"), model("chat/beta"))
    asked = record(*variants, scenarios=[probe.exam.scenario.name for probe in probes])
    trials = [one for variant in variants for one in played(*probes, of=variant)]
    write_reports(RunFolder(folder), asked, trials, {"halls": 0.0})
    return folder / "report.html"


def test_a_heat_map_can_be_read_without_its_colours(tmp_path: Path, chromium: list[str]) -> None:
    dom = drawn(chromium, about_documents(tmp_path), "#en")
    cell = re.search(r'<td class="h10" title="([^"]*)" aria-label="([^"]*)">100<small>3</small></td>', dom)
    assert cell is not None
    assert cell[1] == cell[2]
    assert re.fullmatch(
        r"4k, 0–10 %: 100.0 % \[43.9 – 100.0\], n 3, 3 documents", cell[1].replace("&nbsp;", " ")
    )
    assert '<td class="h0" title="16k, 0–10' in dom
    shown = "Score by length", "Layouts compared", "Coexistence bias", "Consistent and correct", "McNemar p"
    assert [part for part in shown if part not in dom] == []


def test_curves_are_drawn_with_their_intervals_and_have_words_beside_them(
    tmp_path: Path, chromium: list[str]
) -> None:
    dom = drawn(chromium, about_documents(tmp_path), "#zh")
    assert re.search(
        r'<svg class="chart"[^>]* aria-label="按长度的得分. chat/alpha: 4k [\d.]+&nbsp;% \[[^\]]+\], 16k', dom
    )
    assert dom.count('class="ends"') > 8
    assert dom.count('class="line s1"') >= 4
    assert "NaN" not in dom
    assert "undefined" not in dom


def test_a_failed_question_opens_with_what_its_answer_rests_on(tmp_path: Path, chromium: list[str]) -> None:
    dom = drawn(chromium, about_documents(tmp_path), "#en/t30")
    opened = dom[dom.index('id="t30"') :].partition('class="asked"')[2].partition('class="turn')[0]
    shown = re.sub(r"<[^>]*>", "", opened)
    told = "needle-en-16384-1", "The number of the parcel is 4711.", "Expected", "Given", "wrong_value"
    assert [part for part in told if part not in shown] == []


def test_the_page_can_be_printed(tmp_path: Path, chromium: list[str]) -> None:
    for name, page in (
        ("work", written(tmp_path, *graded(good(), bad()))),
        ("documents", about_documents(tmp_path / "documents")),
    ):
        printed = tmp_path / f"{name}.pdf"
        command = [*chromium, f"--print-to-pdf={printed}", page.as_uri()]
        subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        assert printed.read_bytes().startswith(b"%PDF")
        assert printed.stat().st_size < 2_000_000
