"""One value on one line, or several that contradict each other."""

import pytest

from scenarios.language import Language
from scenarios.line import Conflict, Line, Value
from scoring.lines.judge import judge_line
from scoring.lines.verdict import LineVerdict

MAYOR = Value(gold="Ina Ravn", decoys=("Olaf Ravn", "Ina Berg"), stale=("Sten Moe",))
FINE = Value(gold={"number": 1000}, decoys=("2000",))
GATES = Value(gold={"set": ["Fox", "Hound"], "of": ["Swan"]})
NEEDLE = Value(gold="4821937", decoys=("7730155",), ruler=("4821937", "7730155"))
SHORT = Value(gold="Ravn", decoys=("Ina Ravn",))
NOWHERE = Value(gold=None, decoys=("7730155",))
MAYOR_ZH = Value(gold="林晚舟", decoys=("林晚", "周晚舟"), stale=("沈砚",))


def judged(line: Line, answer: str, language: Language = "en") -> LineVerdict:
    return judge_line(line, f"ANSWER: {answer}", language)


@pytest.mark.parametrize(
    ("line", "answer", "outcome"),
    [
        (MAYOR, "Ina Ravn", "right"),
        (MAYOR, "INA RAVN, the mayor", "right"),
        (MAYOR, "Sten Moe", "stale"),
        (MAYOR, "Ina Ravn (before her Sten Moe)", "mixed"),
        (MAYOR, "Sten Moe, now Ina Ravn", "mixed"),
        (MAYOR, "Olaf Ravn", "decoy"),
        (MAYOR, "Ina Ravn, Olaf Ravn, Ina Berg", "enumerated"),
        (MAYOR, "Ina Ravn or somebody else", "enumerated"),
        (MAYOR, '["Ina Ravn", "Per Dahl"]', "enumerated"),
        (MAYOR, "not stated, perhaps Ina Ravn", "enumerated"),
        (MAYOR, "not stated", "false_abstention"),
        (MAYOR, "Per Dahl", "wrong_value"),
        (MAYOR, "Ina Ravn " + "as everybody knows " * 20, "too_long"),
        (FINE, "1,000 dollars a day for at most 30 days", "right"),
        (FINE, "one thousand", "right"),
        (FINE, "1000 / 3000", "enumerated"),
        (FINE, "1000, 3000, 4000", "enumerated"),
        (FINE, "1000, 2000", "enumerated"),
        (FINE, "1000 dollars and 3000 dollars", "enumerated"),
        (FINE, "1000 and 3000 dollars", "enumerated"),
        (FINE, "1000 (or 3000)", "enumerated"),
        (FINE, "1000 (not 3000 or more)", "right"),
        (FINE, "30,000 / 30 = 1,000", "right"),
        (FINE, "1,000 × 30 = 30,000", "enumerated"),
        (FINE, "1,000 = 25 × 40", "right"),
        (GATES, '["Fox", "Hound"]', "right"),
        (GATES, '["Fox", "Hound", "Swan"]', "wrong_value"),
        (NEEDLE, "4,821,937", "right"),
        (NEEDLE, "4821937.", "right"),
        (NEEDLE, "7,730,155", "decoy"),
        (NEEDLE, "48219370", "wrong_value"),
        (SHORT, "Ravn", "right"),
        (SHORT, "Ina Ravn", "decoy"),
        (SHORT, "Ina Ravn, and also Ravn", "enumerated"),
        (NOWHERE, "not stated", "right"),
        (NOWHERE, "The document does not say", "right"),
        (NOWHERE, "7730155", "false_answer"),
        (NOWHERE, "12", "false_answer"),
        (NOWHERE, "not stated, but 7730155 is near", "false_answer"),
        (MAYOR_ZH, "林晚舟", "right"),
        (MAYOR_ZH, "现任镇长是林晚舟。", "right"),
        (MAYOR_ZH, "沈砚，后为林晚舟", "mixed"),
        (MAYOR_ZH, "周晚舟", "decoy"),
        (MAYOR_ZH, "林晚舟或何衍", "enumerated"),
        (MAYOR_ZH, "未提及", "false_abstention"),
    ],
)
def test_outcomes(line: Value, answer: str, outcome: str) -> None:
    verdict = judged(line, answer, "zh" if line is MAYOR_ZH else "en")

    assert verdict.outcome == outcome, verdict.why
    assert verdict.right == (outcome == "right")
    assert verdict.value == float(verdict.right)


def test_right_answers_agree_however_they_are_worded() -> None:
    golds = Value(gold={"any_of": ["1,000 dollars a day", "USD 1,000 per day"]})

    assert (
        judged(golds, "USD 1,000 per day").answer == judged(golds, "1,000 dollars a day, by clause 7").answer
    )
    assert judged(MAYOR, "Ina Ravn").answer == judged(MAYOR, "mayor Ina Ravn").answer
    assert judged(MAYOR, "Sten Moe").answer == judged(MAYOR, "still Sten Moe").answer


def test_wrong_answers_agree_when_they_say_the_same() -> None:
    assert judged(MAYOR, "per dahl.").answer == judged(MAYOR, "Per Dahl").answer
    assert judged(MAYOR, "Per Dahl").answer != judged(MAYOR, "Per Lund").answer


@pytest.mark.parametrize(
    ("decoy", "answer"),
    [
        ("7730155", "7,730,155"),
        ("2000", "two thousand"),
        ("2026-05-04", "4 May 2026"),
        ("15:30", "3:30 pm"),
        ("QM204", "QM 204"),
        ("qm-204-x", "**QM‑204‑X**"),
        ("Malmö", "Malmo"),
        ("Olaf Ravn", "Olaf  RAVN"),
        ("8f14e45f-ceea-467f-a12b-3c5d7e9f0a1b", "8F14E45F-CEEA-467F-A12B-3C5D7E9F0A1B"),
        ("周晚舟", "是周晚舟"),
    ],
)
def test_a_decoy_is_known_again_however_it_is_written(decoy: str, answer: str) -> None:
    assert judged(Value(gold="Ina Ravn", decoys=(decoy,)), f"it is {answer}").outcome == "decoy"


def test_exact_is_stricter_than_right() -> None:
    assert judged(MAYOR, "Ina Ravn").figures["exact"] == 1.0
    assert judged(MAYOR, "the mayor is Ina Ravn").figures["exact"] == 0.0


def test_an_answer_without_its_form_is_unparsed_and_would_have_been_right() -> None:
    verdict = judge_line(MAYOR, "It is Ina Ravn.", "en")

    assert (verdict.outcome, verdict.value, verdict.answer) == ("unparsed", 0.0, None)
    assert verdict.figures == {"exact": 0.0, "parsed": 0.0, "flexible": 1.0}


def test_ruler_counts_substrings_of_the_whole_reply() -> None:
    assert judge_line(NEEDLE, "Numbers: 4821937 and so on", "en").figures["ruler"] == 0.5
    assert judge_line(NEEDLE, "77301554821937\nANSWER: 1", "en").figures["ruler"] == 1.0


BOTH = Conflict(golds=({"number": 1280}, {"number": 1340}))


@pytest.mark.parametrize(
    ("answer", "outcome", "value"),
    [
        ("[1280, 1340]", "right", 1.0),
        ("1,280 in one place, and 1,340 in another", "right", 1.0),
        ("1280 (part 2), 1340 (part 9)", "right", 1.0),
        ("1280 houses and 1340 houses, in 2 places", "right", 1.0),
        ("1280, 1340 and 1500", "extra", 0.8),
        ("1280 / 1340 / 1500 houses", "extra", 0.8),
        ("1280、1340、1500户", "extra", 0.8),
        ("1280", "incomplete", 2 / 3),
        ('["1280", "1340", "1500"]', "extra", 0.8),
        ("1500", "wrong_value", 0.0),
        ("not stated", "false_abstention", 0.0),
        ("1280 1340 " + "and so on " * 60, "too_long", 0.0),
    ],
)
def test_every_conflicting_value_has_to_be_named(answer: str, outcome: str, value: float) -> None:
    verdict = judged(BOTH, answer)

    assert verdict.outcome == outcome, verdict.why
    assert verdict.value == pytest.approx(value), verdict.why


def test_conflicting_values_agree_in_any_order() -> None:
    assert judged(BOTH, "[1280, 1340]").answer == judged(BOTH, "1,340 and 1,280").answer
