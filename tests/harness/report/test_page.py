import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import Any, get_args

from harness.models.pricing import Told, Untold
from harness.registry.rates import Known
from harness.report.figures import collect
from harness.report.page import Bounds, Page
from harness.report.thought import ThinkingPoint
from harness.runs.record import ModelVariant
from scenarios.documents.tasks.registry import TASKS
from scenarios.reading import FactKind, Layout
from scenarios.thinking import EFFORTS
from scenarios.transcript import Transcript, TrialClass
from scoring.codes import CODES, CODES_ZH
from scoring.consistency.figure import Figure
from scoring.consistency.measure import ConsistencyFigures
from scoring.effective_length import Unsaid
from tests.harness.report.sample_costs import capped, costly_record, costly_trials
from tests.harness.report.sample_reading import EDGE, WRONG, Probe, grid, played
from tests.harness.report.sample_run import (
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

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>&amp;\u2028\u202e{{script}}"


def page(*trials: Graded, of: ModelVariant | None = None, bounds: Bounds | None = None) -> str:
    asked = record(of or model(), repeats=len(trials))
    drawn = Page(asked, bounds)
    for trial in trials:
        drawn.add(*trial)
    return drawn.html(collect(asked, trials, {"shop": 0.0}))


def data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def texts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("harness.report") / "assets" / "texts.json").read_text("utf-8"))
    return found


def script() -> str:
    folder = files("harness.report") / "assets"
    return "\n".join(one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".js"))


def test_hostile_text_stands_in_the_page_as_json_only() -> None:
    hostile = model(f"chat/{HOSTILE}")
    asked = exam(title=HOSTILE, system=HOSTILE, tags=[HOSTILE])
    played = transcript(*call(HOSTILE, HOSTILE, HOSTILE), reply=HOSTILE)
    html = page(*graded(played, broken(HOSTILE), of=hostile, asked=asked), of=hostile)
    assert "<img" not in html
    assert html.count("</script>") == 2
    assert "\u2028" not in html
    assert "\u202e" not in html
    (talk, _) = data(html)["talks"]
    assert talk["segments"][0]["entries"][-1]["text"].startswith("</script><img src=x onerror=alert(1)>")


def test_only_the_pages_own_style_and_script_may_run() -> None:
    html = page(*graded(bad()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    for tag in ("style", "script"):
        own = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert own is not None
        digest = base64.b64encode(hashlib.sha256(own[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


def test_the_page_names_no_other_place_to_load_from() -> None:
    html = page(*graded(bad()))
    assert re.findall(r'(?:src|href|action)\s*=\s*["\']?[^#\s]', html) == []
    assert set(re.findall(r"https?://[\w./]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_the_script_never_reads_text_as_html() -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", script()
    )


def test_every_failed_and_excluded_trial_can_be_read() -> None:
    found = data(page(*graded(good(), bad(), broken(), bad())))
    outcomes = [trial[3] for trial in found["trials"]]
    assert outcomes == ["passed", "failed", "not_graded", "failed"]
    assert all(trial[7] is not None for trial in found["trials"])
    assert found["talks"][found["trials"][1][7]]["root_cause"] == "wrong_arg_value"


def test_only_the_first_few_good_trials_can_be_read() -> None:
    found = data(page(*graded(*[good()] * 9), bounds=Bounds(good_each=2)))
    assert [trial[7] is not None for trial in found["trials"]] == [True, True] + [False] * 7


def test_the_page_stays_small_however_many_trials_fail() -> None:
    long = call("shop__list_orders", "{}", "订" * 50_000)
    played = [transcript(*long, *long)] * 30
    bounded = page(*graded(*played), bounds=Bounds(size=500_000))
    found = data(bounded)
    assert len(bounded.encode()) < 700_000
    assert len(found["trials"]) == 30
    assert 0 < len(found["talks"]) < 30
    few = data(page(*graded(*[bad()] * 30), bounds=Bounds(conversations=5)))
    assert len(few["talks"]) == 5


def test_a_system_prompt_is_kept_once() -> None:
    found = data(page(*graded(*[bad()] * 4)))
    assert found["systems"] == ["You work for a shop. Refund only what was asked for."]
    assert {talk["system"] for talk in found["talks"]} == {0}


def test_both_languages_have_every_text() -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(part) for key, part in value.items()}
        if isinstance(value, list):
            return len(value)
        return set(re.findall(r"\{\w+\}", value))

    both = texts()
    assert shape(both["en"]) == shape(both["zh"])
    assert set(CODES) == set(CODES_ZH)


def test_every_text_that_the_script_asks_for_exists() -> None:
    known = texts()["en"]
    asked = re.findall(r'(?:text|note|section|turn|label|banner|fold\(text)\("(\w+)"', script())
    assert len(asked) > 50
    assert [name for name in asked if name not in known] == []


def test_every_class_and_kind_that_can_be_shown_has_its_words() -> None:
    known = texts()["zh"]
    assert set(known["class_meaning"]) == set(get_args(TrialClass))
    assert {"say", "answer", "ask", "question", "not_say"} == set(known["fact_kind"])


def test_everything_that_can_be_shown_of_documents_has_its_words() -> None:
    for known in texts().values():
        assert set(known["task_name"]) == {*TASKS, "own"}
        assert set(known["layout_name"]) == set(known["layout_gloss"]) == set(get_args(Layout))
        assert set(known["kind_name"]) == set(get_args(FactKind))
        assert set(known["unsaid"]) == set(get_args(Unsaid))


def test_every_figure_of_consistency_is_on_the_page_with_its_meaning() -> None:
    named = {name for name, one in ConsistencyFigures.model_fields.items() if one.annotation is Figure}
    assert set(texts()["en"]["consistency_name"]) == named
    listed = re.search(r"const FIGURES = \{(.*?)\n\};", script(), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r'"(\w+)"', listed[1])) == named


def test_the_heat_maps_numbers_and_what_was_asked_travel_with_the_page() -> None:
    probes = [*grid(EDGE), Probe(name="crate", replies=(WRONG,))]
    asked = record(scenarios=[probe.exam.scenario.name for probe in probes])
    trials = [*played(*probes)]
    drawn = Page(asked)
    for trial in trials:
        drawn.add(*trial)
    found = data(drawn.html(collect(asked, trials, {})))
    (task,) = found["report"]["models"][0]["documents"]["tasks"]
    assert {cell["n"] for cell in task["cells"]} == {3, 4}
    assert {one["reading"] for one in found["scenarios"]} == {
        f"needle-en-{tokens}-{n}--single" for tokens in (4096, 16384) for n in (1, 2, 3)
    }
    failed = [talk["document"] for talk in found["talks"] if talk["success"] is False]
    assert {one["outcome"] for one in failed} == {"wrong_value"}
    assert set(found["outcomes"]["zh"]) == set(found["outcomes"]["en"])


def test_an_empty_run_still_gives_a_page() -> None:
    found = data(page())
    assert found["trials"] == []
    assert found["report"]["models"][0]["success"]["mean"] is None


def test_a_transcript_of_a_scenario_cut_short_is_shown_as_far_as_it_went() -> None:
    nothing = Transcript(scenario="shop/refund", model="chat/alpha", repeat=0, ended="server")
    (talk,) = data(page(*graded(nothing)))["talks"]
    assert talk["segments"] == []


def test_every_reason_for_which_a_cost_is_not_known_has_its_words() -> None:
    for known in texts().values():
        assert set(known["untold"]) == set(get_args(Untold))
        assert set(known["basis_name"]) == {*get_args(Told), *get_args(Untold)}
        assert set(known["known_by"]) == set(get_args(Known))


def test_settings_are_drawn_in_the_order_in_which_they_are_reported() -> None:
    kinds, efforts = (re.search(rf"const {name} = (\[.*?\]);", script()) for name in ("KINDS", "EFFORTS"))
    assert kinds is not None
    assert json.loads(kinds[1]) == list(get_args(ThinkingPoint.model_fields["kind"].annotation))
    assert efforts is not None
    assert json.loads(efforts[1]) == list(EFFORTS)


def test_what_the_cap_left_out_has_a_mark_of_its_own_and_no_conversation() -> None:
    (trial,) = data(page(*graded(capped())))["trials"]
    assert (trial[3], trial[4], trial[7]) == ("not_played", "budget", None)


def test_costs_and_thinking_travel_with_the_page() -> None:
    asked = costly_record()
    trials = list(costly_trials())
    drawn = Page(asked)
    for trial in trials:
        drawn.add(*trial)
    found = data(drawn.html(collect(asked, trials, {})))
    assert [one["name"] for one in found["report"]["thinking"]] == ["sprinter-3", "longer-max"]
    assert found["run"]["prices"]["longer-max+thinking-8192"]["currency"] == "CNY"
    talk = next(one for one in found["talks"] if one["model"] == "sprinter-3+thinking-off")
    assert {one["basis"] for one in talk["requests"]} <= {"reported", "computed"}
