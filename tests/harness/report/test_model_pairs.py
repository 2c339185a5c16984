"""Every two models of a report."""

from collections.abc import Mapping, Sequence

import pytest

from harness.report.figures import Report, collect
from harness.report.markdown import markdown
from harness.runs.record import ModelVariant
from scoring.statistics.contrast import holm
from scoring.statistics.proportions import mcnemar
from tests.harness.report.sample_reading import RIGHT, Probe, reported
from tests.harness.report.sample_run import Graded, bad, broken, exam, good, graded, model, record

SIGNS = {"+": good, "-": bad, "x": broken}
Played = Mapping[str, Sequence[str]]


def report(played: Played) -> Report:
    """By model: a scenario for each text, a trial for each sign."""
    variants = {label: model(label) for label in played}
    count = max(map(len, played.values()))
    names = [f"shop/s{n:02}" for n in range(count)]
    asked = record(*variants.values(), scenarios=names, repeats=4)
    trials = [
        one
        for label, scenarios in played.items()
        for name, signs in zip(names, scenarios, strict=False)
        for one in _trials(name, signs, variants[label])
    ]
    return collect(asked, trials, {"shop": 0.0})


def _trials(name: str, signs: str, of: ModelVariant) -> list[Graded]:
    return list(graded(*(SIGNS[sign]() for sign in signs), of=of, asked=exam("shop", name.partition("/")[2])))


def test_every_two_models_are_paired_once() -> None:
    found = report({"a": ["+"] * 12, "b": ["-"] * 9 + ["+"] * 3, "c": ["+"] * 11 + ["-"]}).pairs

    assert [(pair.first, pair.second) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [pair.gap.mean for pair in found] == pytest.approx([9 / 12, 1 / 12, -8 / 12])
    assert [pair.p for pair in found] == pytest.approx([mcnemar(9, 0), 1.0, mcnemar(1, 9)])
    assert [pair.p_holm for pair in found] == pytest.approx(holm([pair.p for pair in found]))


def test_only_repeats_that_both_have_graded_count() -> None:
    (pair,) = report({"a": ["+x-", "++"], "b": ["-++", "x+"]}).pairs

    assert (pair.scenarios, pair.trials) == (2, 3)
    assert pair.gap.mean == pytest.approx(0.0)


def test_models_that_played_nothing_in_common_are_no_pair() -> None:
    assert report({"a": ["+"], "b": ["x"]}).pairs == ()


def test_questions_on_documents_are_compared_by_themselves() -> None:
    found = reported(Probe(replies=(RIGHT,)), models=(model("a"), model("b")))

    assert found.pairs == ()
    assert len(found.document_pairs) == 1
    assert found.document_pairs[0].p_holm == found.document_pairs[0].p


def test_of_very_many_models_no_pairs_are_shown() -> None:
    assert report({f"m{n}": ["+"] for n in range(13)}).pairs == ()


def test_markdown_names_them_with_both_p() -> None:
    played = {"a": ["+"] * 8, "b": ["-"] * 8}
    names = [f"shop/s{n:02}" for n in range(8)]
    text = markdown(report(played), record(model("a"), model("b"), scenarios=names), [])

    assert "## Every two models" in text
    assert "| a − b | 8 | 8 | +100.0 | " in text
    assert "| 0.0078 | 0.0078 |" in text
