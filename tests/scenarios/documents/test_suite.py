"""Suites of documents are read whole or refused whole, with every reason and its place."""

from pathlib import Path

import pytest

from scenarios.documents.shelf import DocumentSettings, Shelf
from scenarios.load import digest, find_suite, load_suite
from scenarios.problem import ScenarioError
from scenarios.reading import Generated
from tests.scenarios.documents.paper import SCENARIO, paper_suite


def shelf(**changes: object) -> Shelf:
    return Shelf(DocumentSettings(**{"sizing": "qwen", **changes}))  # type: ignore[arg-type] # settings by name


def problems(folder: Path, **changes: object) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        load_suite(folder, shelf(**changes))
    return [str(problem).split("papers/", 1)[-1] for problem in error.value.problems]


def needles(folder: Path, generate: str) -> Path:
    suite = folder / "needles"
    suite.mkdir()
    (suite / "suite.yaml").write_text(f"title: Needles\ngenerate: {generate}\n", "utf-8")
    return suite


def test_every_question_becomes_a_scenario_in_each_layout(tmp_path: Path) -> None:
    suite = load_suite(paper_suite(tmp_path), shelf())
    names = [scenario.id for scenario in suite.scenarios]
    assert "paper--price--single" in names
    assert "paper--price--segmented" in names
    assert len(set(names)) == len(names)
    assert all(scenario.reading is not None for scenario in suite.scenarios)


def test_where_the_whole_is_in_view_only_what_holds_at_the_end_is_asked(tmp_path: Path) -> None:
    suite = load_suite(paper_suite(tmp_path), shelf(layouts=("single",)))
    readings = [scenario.reading for scenario in suite.scenarios]
    assert {reading.after for reading in readings if reading} == {len(readings[0].document.tokens)}  # type: ignore[union-attr] # all have one
    assert "paper--hall-p1--single" not in [scenario.id for scenario in suite.scenarios]


def test_a_scenario_of_the_suite_can_be_named_alone(tmp_path: Path) -> None:
    folder = paper_suite(tmp_path)
    whole = load_suite(folder, shelf()).scenarios
    assert load_suite(folder / "paper", shelf()).scenarios == whole


def test_the_text_is_found_again_by_its_reference(tmp_path: Path) -> None:
    on_it = shelf()
    scenario = load_suite(paper_suite(tmp_path), on_it).scenarios[0]
    assert scenario.reading is not None
    assert "The pump stands in hall 3." in on_it.document(scenario.reading.document).text


def test_what_a_scenario_asks_is_the_same_wherever_its_files_are(tmp_path: Path) -> None:
    one, two = (load_suite(paper_suite(tmp_path / name), shelf()).scenarios[0] for name in ("a", "b"))
    assert one != two
    assert digest(one) == digest(two)


def test_every_mistake_in_a_scenario_is_found_with_its_line(tmp_path: Path) -> None:
    wrong = SCENARIO.replace("split: 20", "split: soon").replace("kind: update", "kind: upgrade")
    found = problems(paper_suite(tmp_path, wrong))
    assert any("document.split" in one and "such as 4k" in one for one in found)
    assert any("facts.0.kind" in one for one in found)
    assert all("scenario.yaml:" in one for one in found)


def test_a_quote_that_is_not_there_is_refused_with_its_place(tmp_path: Path) -> None:
    (found,) = problems(paper_suite(tmp_path, SCENARIO.replace("called the warden", "named the warden")))
    assert "facts.1.evidence.1" in found
    assert "is not in the document" in found


def test_a_document_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (found,) = problems(paper_suite(tmp_path, SCENARIO.replace("paper.md", "other.md")))
    assert "no file 'other.md'" in found


def test_a_document_outside_of_the_suite_is_refused(tmp_path: Path) -> None:
    (found,) = problems(paper_suite(tmp_path, SCENARIO.replace("paper.md", "../../../../etc/passwd")))
    assert "outside" in found


@pytest.mark.parametrize(("mebibytes", "larger"), [(20, False), (65, True)])
def test_a_document_may_be_larger_than_other_files_but_not_without_end(
    tmp_path: Path, mebibytes: int, *, larger: bool
) -> None:
    folder = paper_suite(tmp_path, SCENARIO.replace("paper.md", "paper.pdf"))
    with (folder / "paper" / "paper.pdf").open("wb") as file:
        file.truncate(mebibytes * 2**20)
    (found,) = problems(folder)
    assert ("larger than 64 MiB" in found) is larger


def test_the_beginning_alone_may_be_read_and_later_questions_are_left_out(tmp_path: Path) -> None:
    short = SCENARIO.replace("split: 20}", "split: 30, upto: 60}")
    suite = load_suite(paper_suite(tmp_path, short), shelf(layouts=("single",)))
    assert suite.scenarios[0].reading is not None
    assert suite.scenarios[0].reading.tokens <= 60
    assert not [one for one in suite.scenarios if "warranty" in one.id]


def test_generated_documents_come_shorter_ones_first_in_every_language(tmp_path: Path) -> None:
    folder = needles(tmp_path, "{task: needle, tokens: [2k, 1k], language: [en, zh], depths: 2}")
    scenarios = load_suite(folder, shelf(tokens=(1024, 2048))).scenarios
    names = list(dict.fromkeys(s.reading.document.name for s in scenarios if s.reading))
    assert names == ["needle-en-1k-1", "needle-zh-1k-1", "needle-en-2k-1", "needle-zh-2k-1"]
    assert len(scenarios) == 8


def test_the_same_suite_is_the_same_twice_and_another_seed_is_another(tmp_path: Path) -> None:
    folder = needles(tmp_path, "{task: needle, tokens: 1k, depths: 2}")
    one, two = (load_suite(folder, shelf()).scenarios for _ in range(2))
    assert one == two
    other = load_suite(folder, shelf(seed=1)).scenarios
    assert [digest(scenario) for scenario in other] != [digest(scenario) for scenario in one]


def test_a_length_that_is_said_twice_is_one_length(tmp_path: Path) -> None:
    folder = needles(tmp_path, "{task: needle, tokens: [1k, 1024], language: [en, en], depths: 2}")
    assert len(load_suite(folder, shelf()).scenarios) == 2


def test_a_document_alone_holds_one_question(tmp_path: Path) -> None:
    folder = needles(tmp_path, "{task: needle, tokens: 1k, depths: 4, independent: 1}")
    alone = [
        s for s in load_suite(folder, shelf()).scenarios if s.reading and "alone" in s.reading.document.name
    ]
    assert len(alone) == 1
    assert alone[0].reading is not None
    assert isinstance(alone[0].reading.document.source, Generated)


@pytest.mark.parametrize(
    ("generate", "said"),
    [
        ("{task: nedle, tokens: 1k}", "no task is called 'nedle'"),
        ("{task: needle, tokens: 1k, options: {depth: 3}}", "no such option"),
        ("{task: needle, tokens: 1k, options: {depths: many}}", "options.depths"),
        ("{task: needle, tokens: 1k, depths: 2, options: {depths: 3}}", "leave one of them out"),
        ("{task: needle, tokens: soon}", "such as 4k"),
        ("{task: needle, tokens: 64, depths: 10}", "generate"),
        ("{task: needle, tokens: 1k, filler: nowhere}", "no filler"),
    ],
)
def test_what_cannot_be_generated_is_refused_with_the_reason(
    tmp_path: Path, generate: str, said: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        load_suite(needles(tmp_path, generate), shelf())
    assert said in str(error.value)


def test_an_unknown_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no tokenizer"):
        load_suite(needles(tmp_path, "{task: needle, tokens: 1k}"), shelf(sizing="nobody"))


def test_the_library_ships_long_documents_of_its_own() -> None:
    suite = load_suite(find_suite("documents"), shelf(layouts=("single",)))
    documents = {
        s.reading.document.name: sum(s.reading.document.tokens) for s in suite.scenarios if s.reading
    }
    assert len(documents) >= 12
    assert len([name for name in documents if name.startswith("zh-")]) >= 5
    assert min(documents.values()) > 10_000


def test_a_quote_is_looked_for_in_what_upto_cut_off_too(tmp_path: Path) -> None:
    short = SCENARIO.replace("split: 20}", "split: 30, upto: 60}")
    wrong = short.replace("the warranty lasts 36", "the warranty lasts 63")
    (found,) = problems(paper_suite(tmp_path, wrong))
    assert "facts.2.values.1.evidence.0" in found
    assert "is not in the document" in found


def test_a_folder_whose_name_cannot_be_an_id_is_refused(tmp_path: Path) -> None:
    place = paper_suite(tmp_path) / "paper"
    (found,) = problems(place.rename(place.with_name("my paper")))
    assert "'my paper' is a folder's name that cannot be an id" in found
    suite = needles(tmp_path, "{task: needle, tokens: 1k, depths: 2}")
    (found,) = problems(suite.rename(suite.with_name("合同")))
    assert "'合同' is a folder's name that cannot be an id" in found


def test_a_name_that_leaves_no_room_for_ids_is_refused(tmp_path: Path) -> None:
    (found,) = problems(needles(tmp_path, f"{{task: needle, tokens: 1k, depths: 2, name: {'n' * 90}}}"))
    assert "give the entry a shorter `name`" in found


def test_a_reference_summary_without_a_word_is_refused(tmp_path: Path) -> None:
    suite = paper_suite(tmp_path)
    (suite / "paper" / "summary.md").write_text("\n", "utf-8")
    (found,) = problems(suite)
    assert "segments.2.expect.summary" in found
    assert "'summary.md' is empty" in found


def test_of_a_folder_only_what_is_text_is_read_wherever_it_lies(tmp_path: Path) -> None:
    source = tmp_path / ".hidden" / "suite" / "code" / "src"
    (source / ".git").mkdir(parents=True)
    (source / ".git" / "config").write_text("[core]", "utf-8")
    (source / "__init__.py").write_text("", "utf-8")
    (source / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (source / "limits.py").write_text("LIMIT = 4711\n", "utf-8")
    (source.parent / "scenario.yaml").write_text(
        "title: Code\ndocument: {folder: src}\n"
        'segments: [{id: limit, user: "LIMIT?", evidence: [LIMIT = 4711], expect: {answer: 4711}}]\n',
        "utf-8",
    )
    on_it = shelf()
    (scenario,) = load_suite(source.parent, on_it).scenarios
    assert scenario.reading is not None
    text = on_it.document(scenario.reading.document).text
    assert text == "=== limits.py ===\nLIMIT = 4711\n\n"


def test_a_scenario_that_tells_its_reading_is_read_part_by_part(tmp_path: Path) -> None:
    told = """\
    title: Told in two parts
    segments:
      - {id: first, reading: one.md}
      - {id: second, reading: two.md, user: "Where is it?", expect: {answer: here}}
    """
    folder = paper_suite(tmp_path, told)
    (folder / "paper" / "one.md").write_text("It is not there.", "utf-8")
    (folder / "paper" / "two.md").write_text("It is here.", "utf-8")
    (scenario,) = load_suite(folder, shelf(layouts=("segmented",))).scenarios
    assert scenario.reading is not None
    assert (scenario.reading.after, len(scenario.reading.document.tokens)) == (2, 2)


def test_a_document_and_readings_do_not_go_together(tmp_path: Path) -> None:
    both = SCENARIO.replace("- id: price", "- id: price\n    reading: paper.md")
    assert any("either `document`, or `reading`" in one for one in problems(paper_suite(tmp_path, both)))
