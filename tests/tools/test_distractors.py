import pytest
from jsonschema import Draft202012Validator

from tools.builtin import built_in_worlds
from tools.distractors import all_distractors, distractors
from tools.failure import WorldFailed
from tools.offers import Offer


def names(offers: tuple[Offer, ...]) -> list[str]:
    return [offer.spec.name for offer in offers]


def test_there_are_enough_for_a_crowd() -> None:
    english, chinese = all_distractors("en"), all_distractors("zh")
    assert len(english) >= 60
    assert len({offer.server for offer in english}) >= 12
    assert len(chinese) >= len(english) + 20
    assert len(set(names(chinese))) == len(chinese)


def test_the_same_scenario_gets_the_same_ones() -> None:
    assert names(distractors(40, "shop/a", "en")) == names(distractors(40, "shop/a", "en"))
    assert names(distractors(40, "shop/a", "en")) != names(distractors(40, "shop/b", "en"))


def test_a_longer_list_begins_with_the_shorter_one() -> None:
    assert names(distractors(40, "shop/a", "en"))[:10] == names(distractors(10, "shop/a", "en"))


def test_only_a_chinese_scenario_gets_chinese_ones() -> None:
    english = {offer.server for offer in all_distractors("en")}
    assert {offer.server for offer in all_distractors("zh")} - english
    assert {offer.server for offer in distractors(40, "shop/a", "zh")} - english


def test_none_stands_in_for_a_server_of_the_scenario() -> None:
    taken = all_distractors("en")[0].server
    left = distractors(50, "suite/all", "en", avoid=frozenset({taken}))
    assert taken not in {offer.server for offer in left}
    assert not {offer.server for offer in all_distractors("zh")} & set(built_in_worlds())


@pytest.mark.parametrize("offer", all_distractors("zh"), ids=lambda offer: offer.spec.name)
def test_each_looks_like_a_tool_and_can_be_called(offer: Offer) -> None:
    schema = offer.spec.input_schema
    Draft202012Validator.check_schema(schema)
    assert len(offer.spec.description) >= 8
    assert set(schema["required"]) <= set(schema["properties"])  # type: ignore[arg-type]
    assert offer.violations({"no such argument": 1})
    assert isinstance(offer.answer, dict)
    assert offer.spec.distractor


def test_more_than_there_are_is_an_error_that_says_how_many_there_are() -> None:
    there = len(all_distractors("en"))
    with pytest.raises(WorldFailed, match=f"shop/a wants 200 distractors; ask for at most {there}") as caught:
        distractors(200, "shop/a", "en")
    assert caught.value.kind == "too_few_distractors"
