"""Answers about documents put together: by task, length, depth, lag, layout and company."""

import gc
import tracemalloc

import pytest

from harness.report.document_figures import DocumentFigures, ReadingSums, TaskFigures
from harness.report.questions import Questions
from scenarios.line import Names, Summary, Value
from scoring.statistics.proportions import wilson
from tests.harness.report.sample_reading import (
    ABSTAINED,
    EDGE,
    RIGHT,
    UNREADABLE,
    WRONG,
    Probe,
    grid,
    played,
    reported,
)
from tests.harness.report.sample_run import model


def documents(*probes: Probe) -> DocumentFigures:
    found = reported(*probes).models[0].documents
    assert found is not None
    return found


def task(*probes: Probe) -> TaskFigures:
    (found,) = documents(*probes).tasks
    return found


def test_a_cell_of_the_heat_map_has_its_number_its_n_and_wilsons_interval() -> None:
    found = task(*grid(EDGE))
    cells = {(cell.tokens, cell.tenth): cell for cell in found.cells}
    assert len(cells) == 20
    edge = [tenth for tenth in range(10) if cells[16384, tenth].score == 1]
    assert edge == [7, 8, 9]
    assert (cells[4096, 0].n, cells[4096, 0].documents) == (3, 3)
    assert (cells[4096, 0].low, cells[4096, 0].high) == pytest.approx(wilson(3, 3))


def test_the_margins_are_clustered_by_document() -> None:
    found = task(*grid(EDGE))
    short, long = found.by_length
    assert [part.key for part in found.by_length] == [4096, 16384]
    assert (short.score.mean, long.score.mean) == (1.0, 0.3)
    assert (short.n, short.documents) == (30, 3)
    assert [part.key for part in found.by_depth] == list(range(10))
    assert [part.score.mean for part in found.by_depth] == [0.5] * 7 + [1.0] * 3


@pytest.mark.parametrize("depths", [2, 5, 6, 10, 11])
def test_a_depth_belongs_to_one_tenth_wherever_the_sentence_ended_up(depths: int) -> None:
    asked = [
        Probe(name=f"p{n}-{place}", depth=max(0.0, n / (depths - 1) + off))
        for n in range(depths - 1)
        for place, off in enumerate((-0.004, 0.0, 0.004))
    ]
    tenths = {part.key: part.n for part in task(*asked).by_depth}
    assert sum(tenths.values()) == 3 * (depths - 1)
    assert all(n % 3 == 0 for n in tenths.values())


def test_the_effective_length_is_stated_for_every_task_or_why_not() -> None:
    assert task(*grid(EDGE)).effective_length.tokens == 4096
    assert task(*grid(EDGE, documents=1)).effective_length.unsaid == "too_few"
    assert task(*grid()).effective_length.unsaid == "nothing_right"
    assert task(Probe()).effective_length.unsaid == "one_length"
    assert task(Probe(tokens=None)).effective_length.unsaid == "no_lengths"


def test_repeats_of_a_question_count_once() -> None:
    found = task(Probe(replies=(RIGHT, WRONG)), Probe(name="crate", replies=(WRONG, WRONG)))
    assert (found.trials, found.n) == (4, 2)
    assert found.accuracy.mean == 0.25
    assert found.outcomes == {"wrong_value": 3, "right": 1}


def test_what_is_partly_right_has_a_score_and_no_accuracy() -> None:
    names = Names(gold=("a", "b"), ruler=("a", "b"))
    found = task(Probe(line=names, replies=('ANSWER: ["a"]',), depth=None))
    assert found.accuracy.mean == 0.0
    assert found.score.mean == pytest.approx(2 / 3)
    assert found.cells == ()
    assert found.figures["f1"].mean == pytest.approx(2 / 3)


def test_rulers_match_stands_beside_the_score() -> None:
    chatty = "It is 4711 or 99. ANSWER: 4711 or 99"
    found = task(Probe(line=Value(gold="4711", ruler=("4711",)), replies=(chatty,)))
    assert (found.score.mean, found.figures["ruler"].mean, found.figures["ruler"].n) == (0.0, 1.0, 1)


def test_summaries_have_their_points_and_rouge_with_its_tokenizer() -> None:
    pytest.importorskip("rouge_score", reason="needs the extra `documents`")
    line = Summary(reference="The parcel is in hall four.", points=("hall four", "parcel", "crane"))
    found = task(Probe(line=line, replies=("The parcel stands in hall four.",), depth=None))
    assert found.figures["points"].mean == pytest.approx(2 / 3)
    assert 0 < (found.figures["rouge1_f"].mean or 0) < 1
    assert len(found.tokenizers) == 1


def test_each_rate_is_of_the_questions_that_it_can_happen_to() -> None:
    unanswerable = Value(gold=None)
    found = task(
        Probe(replies=(ABSTAINED,)),
        Probe(name="crate", replies=(UNREADABLE,)),
        Probe(name="barrel", line=unanswerable, replies=(WRONG,)),
        Probe(name="sack", line=unanswerable, replies=(ABSTAINED,)),
    )
    rates = {name: (rate.mean, rate.n) for name, rate in found.rates.items()}
    assert rates == {
        "unparsed": (0.25, 4),
        "truncated": (0.0, 4),
        "false_abstention": (0.5, 2),
        "false_answer": (0.5, 2),
    }


def test_an_old_value_counts_as_stale_where_there_is_one() -> None:
    line = Value(gold="4711", stale=("99",))
    found = task(Probe(line=line, replies=(WRONG,)), Probe(name="crate", replies=(WRONG,)))
    assert (found.rates["stale"].mean, found.rates["stale"].n) == (1.0, 1)


def test_a_trial_that_did_not_end_by_itself_is_wrong_and_says_how_it_ended() -> None:
    found = task(Probe(ended="truncated"), Probe(name="crate"))
    assert found.accuracy.mean == 0.5
    assert found.outcomes == {"truncated": 1, "right": 1}
    assert found.rates["truncated"].mean == 0.5


def test_excluded_trials_are_in_no_figure_of_documents() -> None:
    assert reported(Probe(ended="provider")).models[0].documents is None


def test_lags_double_from_bin_to_bin_and_what_was_not_told_has_none() -> None:
    lags = (-1, 0, 1, 2, 3, 4, 5)
    asked = [
        Probe(name=f"p{lag}", layout="segmented", cell={"lag": lag, "fact_kind": "static"}) for lag in lags
    ]
    assert [(part.key, part.upto, part.n) for part in task(*asked).by_lag] == [
        (0, 0, 1),
        (1, 1, 1),
        (2, 2, 1),
        (3, 4, 2),
        (5, 8, 1),
    ]


def test_questions_are_grouped_by_whatever_varies_among_them() -> None:
    def asked(name: str, **variant: object) -> Probe:
        return Probe(name=name, cell={"variant": {"kind": "number", "alone": False, **variant}})

    found = task(asked("a", hops=2), asked("b", hops=3), asked("c", hops=3))
    assert {name: [(part.key, part.n) for part in parts] for name, parts in found.by.items()} == {
        "hops": [(2, 1), (3, 2)]
    }


def test_documents_of_ones_own_have_lengths_in_steps_of_two() -> None:
    asked = [Probe(name=f"p{n}", tokens=None, after=n + 1, layout="segmented", task="own") for n in range(2)]
    found = task(*asked)
    assert not found.lengths_asked
    assert [part.key for part in found.by_length] == [2048, 4096]


def test_a_task_in_another_language_or_layout_is_another_row() -> None:
    found = documents(Probe(), Probe(language="zh"), Probe(layout="concat"))
    assert [(one.language, one.layout) for one in found.tasks] == [
        ("en", "single"),
        ("zh", "single"),
        ("en", "concat"),
    ]


def test_layouts_are_compared_on_the_questions_that_both_were_asked() -> None:
    single = [Probe(name=f"p{n}", number=n, replies=(RIGHT if n < 3 else WRONG,)) for n in range(4)]
    concat = [Probe(name=f"p{n}", number=n, layout="concat", replies=(WRONG,)) for n in range(3)]
    (found,) = documents(*single, *concat).layouts
    assert [(part.key, part.n, part.accuracy.mean) for part in found.layouts] == [
        ("concat", 3, 0.0),
        ("single", 3, 1.0),
    ]
    (gap,) = found.gaps
    assert (gap.first, gap.second, gap.n, gap.gap.mean) == ("concat", "single", 3, -1.0)
    assert (gap.first_only, gap.second_only, gap.p) == (0, 3, 0.25)


def test_a_question_asked_earlier_is_no_pair_of_one_asked_at_the_end() -> None:
    (found,) = documents(
        Probe(),
        Probe(layout="segmented", after=1),
        Probe(name="crate"),
        Probe(name="crate", layout="segmented"),
    ).layouts
    assert [gap.n for gap in found.gaps] == [1]


def test_what_stands_alone_is_in_the_bias_and_in_nothing_else() -> None:
    alone = [Probe(number=n + 2, alone=True, depth=0.5) for n in range(4)]
    company = [Probe(number=n // 2, name=f"p{n}", replies=(WRONG if n % 2 else RIGHT,)) for n in range(4)]
    found = documents(*company, *alone)
    (series,) = found.tasks
    assert (series.n, series.documents) == (4, 2)
    (bias,) = found.coexistence
    assert (bias.bias, bias.n_alone, bias.n_company) == (0.5, 4, 4)
    assert (bias.task, bias.layout) == ("needle", "single")


def test_another_order_of_the_parts_is_the_same_document() -> None:
    found = task(Probe(), Probe(cell={"permutation": 1}))
    assert (found.n, found.documents) == (2, 1)
    assert [part.key for part in found.by["permutation"]] == [0, 1]


def test_alike_answers_on_one_document_make_fewer_questions_of_them() -> None:
    def asked(number: int, name: str, reply: str) -> Probe:
        return Probe(number=number, name=name, replies=(reply,))

    split = [asked(n, f"p{m}", RIGHT if n % 2 else WRONG) for n in range(4) for m in range(5)]
    found = task(*split)
    assert found.icc == pytest.approx(1.0)
    assert found.n_eff == pytest.approx(4.0)


def test_that_longer_documents_are_harder_is_no_likeness_of_documents() -> None:
    right = [(4096, tenth) for tenth in range(10)] + [(16384, tenth) for tenth in range(5)]
    found = task(*grid(right))
    assert (found.icc or 0) <= 0
    assert found.n_eff == 60


def test_consistency_is_measured_where_a_fact_is_asked_again() -> None:
    fact = {"fact": "hall", "fact_kind": "static"}
    again = [
        Probe(name=f"hall-p{n}", after=n, layout="segmented", cell={**fact, "lag": n - 1}, replies=(reply,))
        for n, reply in ((1, RIGHT), (2, WRONG))
    ]
    found = documents(*again).consistency
    assert found is not None
    assert (found.accuracy.value, found.consistent_and_correct.value, found.agreement.n) == (0.5, 0.0, 1)
    assert documents(Probe()).consistency is None


def test_two_models_are_compared_on_the_same_questions() -> None:
    first, second = model("chat/alpha"), model("chat/beta")
    (pair,) = reported(Probe(), Probe(name="crate"), models=(first, second)).document_pairs
    assert (pair.first, pair.second, pair.n, pair.gap.mean, pair.p) == (
        "chat/alpha",
        "chat/beta",
        2,
        0.0,
        1.0,
    )


def test_of_an_answer_only_a_few_kilobytes_are_kept() -> None:
    ((_, asked, _, graded),) = played(Probe(replies=("x" * 100_000 + "\n" + RIGHT,)))
    names = [f"{asked.scenario.name}-{n}" for n in range(1000)]
    grades = [graded.model_copy(update={"scenario": name}) for name in names]
    questions = Questions()
    gc.collect()
    tracemalloc.start()
    try:
        for one in grades:
            questions.add(asked, one)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6_000 * len(grades)
    found = questions.figures(ReadingSums(), seed=1)
    assert found is not None
    assert found.n == 1000
