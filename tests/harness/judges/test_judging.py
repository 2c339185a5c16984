"""The judging of a run: who is asked, what is kept, what grades say of it, and who pays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.budget import Caps, open_gates
from harness.exams.grading import graded_trials
from harness.judges.judging import judge_record, judge_run
from harness.models.wanted import ModelError
from harness.report.judge_figures import judge_figures
from harness.report.judge_wording import judges_said
from harness.report.write import write_reports
from harness.runs.ledger import last_lines
from harness.runs.record import JudgeRecord, RunRecord, run_id
from harness.stopped import CapReached, RunStopped
from harness.verbs.run import judge_variant
from scenarios.study import StudyModel
from scoring.grade import Grade
from tests.harness.judges.court import Court, asserting_run, court, judged_by, opening, verdicts
from tests.harness.known import KNOWN, find_variant
from tests.harness.little_run import LittleRun, gold, little_run
from tests.harness.stage import Scripted

pytestmark = pytest.mark.anyio

YES = verdicts(True, True)


async def played(run: LittleRun) -> RunRecord:
    model = gold()
    await run.runner(model).run(model)
    return run.record(model)


async def judged(run: LittleRun, record: RunRecord, found: Court) -> int:
    """How many trials were judged now."""
    return await judge_run(run.folder, judged_by(record, found.record()), run.exams, opening(run.tmp_path))


def grades(run: LittleRun, record: RunRecord) -> Iterator[Grade]:
    return (grade for _, _, _, grade in graded_trials(run.folder, record))


async def test_verdicts_decide_where_the_task_is_rewarded_for_them(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES, verdicts(True, False)) as found:
        assert await judged(run, record, found) == 2

        before, after = list(grades(run, record)), list(grades(run, judged_by(record, found.record())))

    assert [(one.graded, one.success) for one in before] == [(False, None), (False, None)]
    assert [(one.graded, one.success) for one in after] == [(True, True), (True, False)]


async def test_verdicts_are_shown_and_decide_nothing_where_it_is_not(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path, counted=False)
    record = await played(run)
    async with court(verdicts(False, False)) as found:
        await judged(run, record, found)

        (one, _) = grades(run, judged_by(record, found.record()))

    assert one.success is True
    assert one.scores["tau2.nl_assertions"].value == 0.0


async def test_nobody_is_asked_twice(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES) as found:
        assert await judged(run, record, found) == 2
        assert await judged(run, record, found) == 0
        first = list(grades(run, judged_by(record, found.record())))
        second = list(grades(run, judged_by(record, found.record())))

        assert len(found.asked) == 2
    assert first == second


async def test_another_judge_judges_the_same_trials_and_both_are_kept(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES) as lenient, court(verdicts(False, False)) as strict:
        await judged(run, record, lenient)
        await judged(run, record, strict)

        assert [one.success for one in grades(run, judged_by(record, lenient.record()))] == [True, True]
        assert [one.success for one in grades(run, judged_by(record, strict.record()))] == [False, False]
        assert sum(1 for _ in run.folder.judgements()) == 4


async def test_verdicts_hold_for_what_was_judged_only(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES) as found:
        await judged(run, record, found)
        (trial, transcript), *_ = run.folder.transcripts(record)
        run.folder.write_transcript(trial, transcript.model_copy(update={"seconds": 9.0}))

        of_now = list(grades(run, judged_by(record, found.record())))
        cooler = found.record(sampling={"temperature": 0})
        newer = found.record().model_copy(update={"prompt": 99})

        assert [one.success for one in of_now] == [None, True]
        for other in (cooler, newer):
            assert [one.success for one in grades(run, judged_by(record, other))] == [None, None]


async def test_a_judge_that_failed_is_asked_again_and_its_cost_is_kept(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court("Hm.", "Well.", YES) as found:
        assert await judged(run, record, found) == 2
        first = list(grades(run, judged_by(record, found.record())))
        assert await judged(run, record, found) == 1
        second = list(grades(run, judged_by(record, found.record())))

    assert sorted(one.success is True for one in first) == [False, True]
    assert [one.success for one in second] == [True, True]
    (figures,) = judge_figures(run.folder.judgements(), {})
    assert (figures.trials, figures.requests, figures.repaired, figures.verdicts) == (2, 4, 1, 4)
    assert (figures.usage.input, figures.usage.output, figures.failed) == (1200, 160, {})


async def test_requests_that_reach_nobody_end_the_judging(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    model = gold()
    await run.runner(model, repeats=2).run(model)
    record = run.record(model, repeats=2)
    async with court(400) as found:
        with pytest.raises(RunStopped, match="left to judge: 4; what was played and judged is kept"):
            await judged(run, record, found)

        assert len(found.asked) == 3


async def test_conversations_too_long_for_the_judge_do_not_keep_it_from_the_others(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    model = gold()
    await run.runner(model, repeats=2).run(model)
    record = run.record(model, repeats=2)
    async with court(400, 400, 400, YES) as found:
        found.refusal = "This model's maximum context length is 4096 tokens."
        assert await judged(run, record, found) == 4

        assert len(found.asked) == 4
        assert sum(one.success is True for one in grades(run, judged_by(record, found.record()))) == 1


async def test_a_judge_spends_the_money_of_the_run_and_holds_its_cap(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES) as found:
        asked = judged_by(record, found.record())
        label = found.record().model.label

        def gates(most: int) -> Caps:
            return Caps(max_tokens=most)

        with open_gates(run.folder, asked, gates(1_000_000), KNOWN, 1, lambda: "now") as open_to_all:
            await judge_run(run.folder, asked, run.exams, opening(tmp_path, open_to_all.gate))
        assert [(line.model, line.tokens) for line in last_lines(run.folder)] == [(label, 340)] * 2

        other = judged_by(record, found.record(sampling={"temperature": 0}))
        with (
            open_gates(run.folder, other, gates(700), KNOWN, 1, lambda: "now") as nearly_shut,
            pytest.raises(CapReached, match="left to judge: 2"),
        ):
            await judge_run(run.folder, other, run.exams, opening(tmp_path, nearly_shut.gate))
        assert len(found.asked) == 2


async def test_a_report_shows_the_judge_apart(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record = await played(run)
    async with court(YES) as found:
        await judged(run, record, found)
        asked = judged_by(record, found.record())

        report = write_reports(run.folder, asked, graded_trials(run.folder, asked), {})

    (judge,) = report.judges
    assert (judge.trials, judge.verdicts, judge.met, judge.requests) == (2, 4, 4, 2)
    assert judge.usage.input == 600
    assert report.models[0].requests == 6
    assert report.models[0].usage.input is None
    assert "judged by judge@" in " ".join(judges_said(report.judges))
    assert b"What no rule can decide was judged by" in run.folder.files.read("report.md")


async def test_conversations_that_were_cut_off_are_not_judged(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    model = Scripted(["Both hold 3."], finish="length")
    await run.runner(model).run(model)
    async with court(YES) as found:
        assert await judged(run, run.record(model), found) == 0


async def test_a_run_without_assertions_knows_of_no_judge(tmp_path: Path) -> None:
    judge = find_variant("chat:judge@http://host/v1")
    plain, asserting = await little_run(tmp_path), await asserting_run(tmp_path)

    assert judge_record(judge, plain.exams) is None
    assert judge_record(None, asserting.exams) is None
    assert judge_record(judge, asserting.exams) == JudgeRecord(model=judge, prompt=1)


async def test_a_run_asks_each_model_once_whatever_its_parts(tmp_path: Path) -> None:
    run = await asserting_run(tmp_path)
    record, judge = run.record(gold()), find_variant("chat:judge@http://host/v1")

    itself = JudgeRecord(model=record.models[0], prompt=1)
    assert [one.label for one in judged_by(record, itself).everybody] == ["scripted"]
    other = judged_by(record, JudgeRecord(model=judge, prompt=1))
    assert [one.label for one in other.everybody] == ["scripted", judge.label]
    assert run_id(record.models, record.scenarios, 0, "native") == run_id(
        other.models, other.scenarios, 0, "native"
    )


@pytest.mark.parametrize("name", ["reference/oracle", "nobody-of-this-name", "scripted"])
async def test_not_every_model_judges(name: str) -> None:
    with pytest.raises(ModelError):
        judge_variant(StudyModel(name=name), KNOWN)
    assert judge_variant(None, KNOWN) is None
