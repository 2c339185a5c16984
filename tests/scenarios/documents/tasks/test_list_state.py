import re
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.documents.document import Document, Probe
from scenarios.documents.tasks.list_state import LIST_STATE
from scenarios.language import Language
from scenarios.line import Sequence
from tests.scenarios.documents.little_filler import qwen_order
from tests.scenarios.documents.tasks.stage import check_document, order

State = dict[int, str]
_STEP = {
    "en": r"(?:List|Shelf) (\w+), step (\d+): (.+?)\.",
    "zh": r"(?:清单|架子)“(\w+)”第(\d+)步：(.+?)。",
}


def row(*things: str) -> State:
    return dict(enumerate(things))


def behind(held: State, new: str, old: str) -> State:
    things = list(held.values())
    things.insert(things.index(old) + 1, new)
    return row(*things)


def renamed(held: State, names: Mapping[str, str]) -> State:
    return {place: names.get(thing, thing) for place, thing in held.items()}


def boxes(held: State, a: str, b: str) -> State:
    one, other = int(a), int(b)
    names = {one: other, other: one}
    return {names.get(box, box): thing for box, thing in held.items()}


def without(held: State, thing: str) -> State:
    return row(*(other for other in held.values() if other != thing))


_READS: Mapping[str, list[tuple[str, Callable[..., State]]]] = {
    "en": [
        (r"it begins as (.+)", lambda held, things: row(*things.split(", "))),
        (r"(\w+) goes to the end", lambda held, a: row(*held.values(), a)),
        (r"(\w+) goes to the front", lambda held, a: row(a, *held.values())),
        (r"(\w+) goes right behind (\w+)", behind),
        (r"(\w+) is taken away", without),
        (r"(\w+) is replaced by (\w+)", lambda held, a, b: renamed(held, {a: b})),
        (r"(\w+) and (\w+) change places", lambda held, a, b: renamed(held, {a: b, b: a})),
        (r"the whole order is turned round", lambda held: row(*list(held.values())[::-1])),
        (
            r"at first (.+), and the other boxes are empty",
            lambda held, told: holdings(told, r"box (\d) holds (\w+)"),
        ),
        (r"(\w+) is put into box (\d), in place of whatever is there", lambda held, a, n: held | {int(n): a}),
        (
            r"box (\d) is emptied",
            lambda held, n: {box: thing for box, thing in held.items() if box != int(n)},
        ),
        (r"what is in box (\d) moves to box (\d), which was empty", boxes),
        (r"boxes (\d) and (\d) exchange what they hold", boxes),
    ],
    "zh": [
        (r"一开始依次是(.+)", lambda held, things: row(*things.split("、"))),
        (r"把(\w+)放到末尾", lambda held, a: row(*held.values(), a)),
        (r"把(\w+)放到最前面", lambda held, a: row(a, *held.values())),
        (r"把(\w+)放到(\w+)的后面", behind),
        (r"拿走(\w+)", without),
        (r"把(\w+)换成(\w+)", lambda held, a, b: renamed(held, {a: b})),
        (r"(\w+)和(\w+)互换位置", lambda held, a, b: renamed(held, {a: b, b: a})),
        (r"整个顺序颠倒过来", lambda held: row(*list(held.values())[::-1])),
        (r"一开始(\d号.+)，其余盒子是空的", lambda held, told: holdings(told, r"(\d)号盒放着(\w+)")),
        (r"把(\w+)放进(\d)号盒，盒里原有的东西拿掉", lambda held, a, n: held | {int(n): a}),
        (r"清空(\d)号盒", lambda held, n: {box: thing for box, thing in held.items() if box != int(n)}),
        (r"把(\d)号盒里的东西移到空着的(\d)号盒", boxes),
        (r"(\d)号盒和(\d)号盒里的东西对调", boxes),
    ],
}


def holdings(told: str, pattern: str) -> State:
    return {int(box): thing for box, thing in re.findall(pattern, told)}


def replayed(text: str, name: str, upto: int | None, language: Language) -> list[str]:
    """What a list holds after its steps in the text, read as they come."""
    held: State = {}
    number = 0
    for other, step, does in re.findall(_STEP[language], text):
        if other != name or number == upto:
            continue
        number += 1
        assert int(step) == number
        ((match, read),) = [
            (match, read)
            for pattern, read in _READS[language]
            if (match := re.fullmatch(pattern, does)) is not None
        ]
        held = read(held, *match.groups())
    return [held[place] for place in sorted(held)]


def asked_about(probe: Probe) -> tuple[str, int | None]:
    name = re.search(r"(?:list|shelf) (\w+)|(?:清单|架子)“(\w+)”", probe.question)
    step = re.search(r"its step (\d+)|第(\d+)步", probe.question)
    assert name is not None
    return name[1] or name[2], int(step[1] or step[2]) if step else None


def check(document: Document, language: Language) -> None:
    for probe in document.probes:
        name, step = asked_about(probe)
        assert isinstance(probe.line, Sequence)
        read = "\n".join(document.parts[: probe.after])
        assert replayed(read, name, step, language) == list(probe.line.gold)
        evidence = "\n".join(place.text for place in probe.evidence)
        assert replayed(evidence, name, None, language) == list(probe.line.gold)


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(deadline=None, max_examples=20)
@given(
    number=st.integers(0, 99),
    parts=st.integers(1, 6),
    steps=st.integers(2, 16),
    kinds=st.lists(st.sampled_from(["list", "shelf"]), min_size=1, max_size=4),
)
def test_doing_the_steps_of_the_text_gives_the_gold(
    language: Language, number: int, parts: int, steps: int, kinds: list[str]
) -> None:
    asked = order(language, 8192, number=number, parts=parts, options={"steps": steps, "kinds": kinds})
    document = LIST_STATE.make(asked)
    check_document(document, asked)
    check(document, language)


def test_views_are_of_the_end_of_a_step_and_of_a_part() -> None:
    document = LIST_STATE.make(order(parts=6))
    assert {probe.cell.variant["view"] for probe in document.probes} == {"end", "step", "part"}
    for probe in document.probes:
        assert probe.only_at == (probe.cell.variant["view"] == "part") == (probe.after < 6)
        assert all(place.part <= probe.after for place in probe.evidence)
    only = LIST_STATE.make(order(parts=6, options={"views": ["step"]}))
    assert [probe.cell.variant["view"] for probe in only.probes] == ["step"] * 3


def test_lists_begin_one_after_the_other() -> None:
    document = LIST_STATE.make(order(tokens=16384, options={"views": ["end"]}))
    depths = [probe.cell.depth or 0.0 for probe in document.probes]
    assert depths == sorted(depths)
    assert depths[0] < 0.15
    assert 0.6 < depths[2] < 0.85


def test_alone_a_list_changes_with_the_number_of_the_document() -> None:
    documents = [LIST_STATE.make(order(number=n, independent=True)) for n in range(3)]
    assert [document.probes[0].cell.variant["kind"] for document in documents] == ["list", "shelf", "list"]
    for document in documents:
        assert len({name for name, _, _ in re.findall(_STEP["en"], document.text)}) == 1


def test_the_same_order_gives_the_same_bytes_everywhere() -> None:
    assert (
        LIST_STATE.make(qwen_order("en", 4096, parts=2)).digest
        == "702e30a1ce91a9f770f3f779bd2e2f77132c75f3c56b939957c94189f59d5d8c"
    )
    assert (
        LIST_STATE.make(qwen_order("zh", 4096, parts=2)).digest
        == "73f143dd1495693c9deb4620bf5911c602c36c5ce8b3f50a00878ae2ccb46fc1"
    )
