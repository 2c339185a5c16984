from harness.plan.plan import ModelPlan, PlanTokens
from harness.report.figures import collect
from harness.report.markdown import FailedTrial, markdown
from harness.report.markdown_table import escaped
from tests.harness.report.sample_costs import costly_plan, costly_record, costly_trials
from tests.harness.report.sample_reading import EDGE, WRONG, Probe, grid, reported
from tests.harness.report.sample_run import bad, broken, good, graded, model, record


def documents(*probes: Probe) -> str:
    found = reported(*probes)
    return markdown(found, record(scenarios=[probe.exam.scenario.name for probe in probes]), [])


def test_text_of_others_stays_text() -> None:
    shown = escaped("a|b `c` <img src=x> [d](e)\n# f &amp; *g*")
    assert shown == r"a\|b \`c\` &lt;img src=x&gt; \[d\](e) \# f &amp;amp; \*g\*"


def test_every_table_row_has_as_many_cells_as_its_head() -> None:
    hostile = model("chat/a|b")
    asked = record(hostile)
    found = collect(asked, graded(good(), bad(), broken("pipe | and\nnewline"), of=hostile), {})
    text = markdown(found, asked, [FailedTrial(name="a|b/shop/refund/1", root_cause="x", reason="y | z")])
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({row.replace(r"\|", "").count("|") for row in table.splitlines()}) == 1


def test_the_first_lines_say_what_has_to_be_known_first() -> None:
    oracle = model("reference/oracle", simulated=True)
    asked = record(oracle, repeats=3)
    text = markdown(collect(asked, graded(good(), broken(), of=oracle), {}), asked, [])
    head = text.partition("## Results")[0]
    assert "NOT VALID: 1 of 2 trials" in head
    assert "SIMULATED" in head
    assert "UNFINISHED: 2 of 3" in head


def test_figures_that_are_not_known_are_dashes() -> None:
    asked = record()
    text = markdown(collect(asked, [], {}), asked, [])
    assert "| chat/alpha | 0 | – | – | – | – | – | – | – | – | – | – |" in text


def test_a_forced_first_call_is_said_beside_every_figure() -> None:
    forced = model().model_copy(update={"first_call": "required"})
    asked = record(forced)
    text = markdown(collect(asked, graded(good(), of=forced), {}), asked, [])
    assert "| shop | chat/alpha † | 1 / 1 | 100.0 % |" in text
    assert "† The first request" in text


def test_a_heat_map_is_a_table_with_the_number_of_questions_in_each_cell() -> None:
    text = documents(*grid(EDGE))
    head = next(line for line in text.splitlines() if line.startswith("| Length"))
    assert head.count("%") == 10
    row = next(line for line in text.splitlines() if line.startswith("| 16k | 0 (3)"))
    assert row == "| 16k |" + " 0 (3) |" * 7 + " 100 (3) |" * 3 + " 30.0 % (30) |"


def test_every_score_by_length_has_its_interval_and_n() -> None:
    text = documents(*grid(EDGE))
    row = next(line for line in text.partition("### Score by length")[2].splitlines() if "| 16k" in line)
    assert "30.0 % [" in row
    assert "n 30" in row


def test_why_there_is_no_effective_length_is_said_in_words() -> None:
    assert "one length has no other to be compared with" in documents(Probe())


def test_questions_on_one_document_are_one_row_of_the_scenarios() -> None:
    text = documents(Probe(), Probe(name="crate", replies=(WRONG,)))
    assert "| halls/needle-en-4096-1--single | 1 / 2 |" in text


def test_tables_about_documents_have_as_many_cells_as_their_heads() -> None:
    alone = [Probe(number=n + 2, alone=True, name="parcel-5", depth=5 / 9) for n in range(2)]
    other = grid(EDGE, documents=2, layout="concat")
    text = documents(*grid(EDGE, documents=2), *other, *alone)
    assert "Coexistence bias" in text
    assert "concat − single" in text
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({row.replace(r"\|", "").count("|") for row in table.splitlines()}) == 1


def test_plan_and_fact_stand_beneath_each_other() -> None:
    found = reported(Probe())
    plan = ModelPlan(model="chat/alpha", trials=1, requests=2, tokens=PlanTokens(input=4200, uncached=4200))
    planned = found.models[0].model_copy(update={"plan": plan, "skipped": {"needs 9 where there are 8": 3}})
    text = markdown(found.model_copy(update={"models": (planned,)}), record(), [])
    assert "| chat/alpha | plan | 1 | 2 | 4,200 | 0 | 4,200 | 0 | – (– to –) |" in text
    assert "|  | fact | 1 | 1 | 4,100 | 4,000 | 100 | 9 | – |" in text
    assert "3 questions were not asked: needs 9 where there are 8" in text


def costly() -> str:
    return markdown(collect(costly_record(), costly_trials(), {}, costly_plan()), costly_record(), [])


def test_tables_of_costs_have_as_many_cells_as_their_heads() -> None:
    for table in costly().split("\n\n"):
        if table.startswith("|"):
            assert len({row.replace(r"\|", "").count("|") for row in table.splitlines()}) == 1


def test_a_cost_says_how_much_of_it_is_known_by_what() -> None:
    text = costly()
    assert "| all | sprinter-3+thinking-off | $0.11 | $0.0272 (16) | $0.0826 (32) | 0 | $0.0122 |" in text
    assert "10: their counts do not fit together | ≥$0.0751 |" in text
    assert "| all | mystery | – | – | – | 48: no price is known | – |" in text
    assert "2026-10-12 (reported: b.example/prices); 1 CNY: 0.14 USD on 2026-11-20" in text


def test_the_dollars_of_the_fact_stand_under_those_of_the_plan() -> None:
    text = costly().partition("## Plan and fact")[2]
    row = next(line for line in text.splitlines() if line.startswith("|  | fact | 22"))
    assert row.endswith("| ≥$1.50 |")


def test_every_setting_of_thinking_is_a_row() -> None:
    text = costly().partition("## Thinking")[2]
    assert "**sprinter-3**" in text
    assert "| 1024 | 24 / 24 | 45.8 % | 37.5 – 53.3 | $0.0161 | 1,093 | 1,333 | 4 / 24 |" in text


def test_what_the_cap_left_out_has_a_place_of_its_own() -> None:
    text = costly()
    assert "## Excluded trials" not in text
    assert "2 trials were not played: cap: the cap of $0.30" in text.partition("## Not played")[2]
