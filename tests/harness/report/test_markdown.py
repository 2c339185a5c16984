from harness.report.figures import collect
from harness.report.markdown import FailedTrial, markdown
from harness.report.markdown_table import escaped
from tests.harness.report.sample_run import bad, broken, good, graded, model, record


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
