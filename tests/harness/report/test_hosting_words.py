"""Everything that can be told of servers and machines has its words, in every report and language."""

import json
from importlib.resources import files
from typing import Any, get_args

from harness.report.hosting_figures import Aspect, Source, Unit, Unsaturated, Untold, Verdict, Where
from harness.report.hosting_wording import ASPECTS, UNSATURATED, UNTOLD, VERDICTS
from harness.report.server_figures import Doubt
from local_models.metrics import Timing


def texts() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (files("harness.report") / "assets" / "texts.json").read_text("utf-8")
    )
    return found


def test_reports_that_are_text_have_all_words() -> None:
    assert set(UNTOLD) == set(get_args(Untold))
    assert set(UNSATURATED) == set(get_args(Unsaturated))
    assert set(ASPECTS) == set(get_args(Aspect))
    assert set(VERDICTS) == set(get_args(Verdict))


def test_the_page_has_all_words_in_both_languages() -> None:
    for known in texts().values():
        assert set(known["untold_cost"]) == set(get_args(Untold))
        assert set(known["unsaturated"]) == set(get_args(Unsaturated))
        assert set(known["aspect"]) == set(get_args(Aspect))
        assert set(known["verdict_name"]) == set(get_args(Verdict))
        assert set(known["where_name"]) == set(get_args(Where))
        assert set(known["seen_by_name"]) == set(get_args(Source))
        assert set(known["unit_name"]) == set(get_args(Unit))
        assert set(known["doubt_note"]) == set(get_args(Doubt))
        assert set(known["server_time_name"]) == set(get_args(Timing))
