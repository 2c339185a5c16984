"""Contradictions and inventions: what the user states against what it was told, heard and saw."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from scoring.user_faults import phrases
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard, Turn
from scoring.user_faults.values import Value, digits, figures, measures, numbers, values

_STATES: tuple[tuple[str, ...], ...] = (
    ("green", "绿"),
    ("red", "红"),
    ("orange", "橙", "橘"),
    ("off", "灭", "不亮"),
    ("firm", "firmly", "紧"),
    ("loose", "松"),
)
_PARTS: Mapping[str, tuple[str, ...]] = {
    "internet": ("internet", "网络灯", "互联网灯", "网络指示灯"),
    "power": ("power", "电源"),
    "wifi": ("wi-fi", "wifi", "无线灯"),
    "line": ("line", "网线"),
}
_NAME = re.compile(r"\b(?:my name is|I am called) ([A-Z][a-z]+)\b|我叫([\u4e00-\u9fff]{2,3})(?=[，。,. ])")
_NAMED = frozenset({"id", "phone", "email"})
_FEW = 2
"""Of so few pairs of letters all have to stand there."""
_FEW_DIGITS = 2
"""So few are in many a number by chance."""
_NEAR = 40
"""Letters; what stands so near is meant."""
_BIG = 10
_CLOSE = 0.02
"""Somebody who says a number may round it so far."""
_HALF = 0.5
_CENT = 0.005
_HALF_HOUR = 30
_SMALL = frozenset({"the", "of", "your", "my", "a", "it", "is", "when"})


def claims(talk: Heard) -> Iterator[UserFault]:
    for turn in talk.turns:
        yield from _of_values(turn, talk)
        yield from _of_denials(turn, talk)
        yield from _of_deeds(turn, talk)
        yield from _of_sights(turn)
        yield from _ofnames(turn, talk)


def _of_values(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """Hard values that stand in nothing that it can know."""
    known = values(turn.material)
    own = [one for value in talk.user.knows.values() for one in values(str(value))]
    saw = [one for _, back in turn.actions for one in numbers(back.text)]
    told = numbers(turn.text) & frozenset(saw)
    for value in values(turn.text):
        if _is_known(value, known, turn):
            continue
        same = [one.written for one in own if one.shape == value.shape and value.kind in _NAMED]
        label = _labelled(value, turn.text, talk)
        if same or label:
            why = f"says {value.written!r} and knows {same[0] if same else talk.user.knows[label]!r}"
        elif value.kind == "amount" and saw and not told:
            why = f"says {value.written!r} and saw {saw[0]:g}"
        else:
            yield UserFault(kind="invention", turn=turn.number, why=f"{value.written!r} stands nowhere")
            continue
        yield UserFault(kind="contradiction", turn=turn.number, why=why)


def _is_known(value: Value, known: tuple[Value, ...], turn: Turn) -> bool:
    material = turn.material
    if any((one.kind, one.normal) == (value.kind, value.normal) for one in known):
        return True
    match value.kind:
        case "amount":
            return _is_known_number(value, turn)
        case "phone":  # with the country, or with the zero that stands for it
            tail = value.normal.lstrip("0")
            return any(one.normal.endswith(tail) or tail.endswith(one.normal) for one in known)
        case "id":
            inside = digits(value.normal)
            in_words = value.written.lower() in material.lower()
            return in_words or (len(inside) > _FEW_DIGITS and inside in digits(material))
        case "time" | "day" | "email":
            return value.written.lower() in material.lower() or _same_hour(value, material)


def _is_known_number(value: Value, turn: Turn) -> bool:
    """As it stands, rounded, cut into groups of digits, as a time of day, or worked out from two others."""
    said, material = float(value.normal), turn.material
    measured = measures(material)
    if said in numbers(material) or any(_rounds_to(one, said) for one in measured):
        return True
    groups = [run for run in figures(turn.text) if digits(value.normal) in run]
    if any(run in figures(material) for run in groups if len(run) > _FEW_DIGITS):
        return True
    hour, dot, minute = value.written.strip().partition(".")
    if dot and f"{hour.zfill(2)}:{minute}" in material:
        return True
    return any(
        abs(abs(one - other) - said) < _CENT or abs(one + other - said) < _CENT
        for one, other in combinations(sorted(measured), 2)
    )


def _same_hour(value: Value, material: str) -> bool:
    """Half past nine may be 21:30, and 19:00 seven in the evening."""
    if value.kind != "time":
        return False
    hour, minute = (int(part) for part in value.normal.split(":"))
    if f"{(hour + 12) % 24:02d}:{minute:02d}" in material:
        return True
    twelve = hour % 12 or 12
    point = rf"(?<!\d)(?:{hour}|{twelve}) ?[点时]"
    if not minute:
        written = rf"(?<!\d){twelve}(?: ?[ap]\.?m\b| ?o.clock)|{point}"
    else:
        written = rf"(?<!\d){twelve}[.:]{minute:02d}|{point} ?{minute}"
        written += rf"|{point}半" if minute == _HALF_HOUR else ""
    return bool(re.search(written, material, re.IGNORECASE))


def _rounds_to(number: float, said: float) -> bool:
    """Whether somebody may say the one for the other."""
    if said == round(said) and abs(number - said) <= _HALF and number >= 1:
        return True
    return number >= _BIG and abs(number - said) <= _CLOSE * number


def _labelled(value: Value, text: str, talk: Heard) -> str:
    """The label of what it knows that it names right before the value."""
    sentence = next((one for one in _sentences(text) if value.written in one), "")
    before = sentence.partition(value.written)[0]
    near = re.split(r"\d", before)[-1][-_NEAR:]
    return next((label for label in talk.user.knows if names(label, near)), "")


def _of_denials(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """It says not to know what it knows."""
    wanted = _last_question(turn.heard)
    asked = [
        name for name in talk.user.knows if names(name, wanted) and not _is_of_unknown(name, wanted, talk)
    ]
    foreign = any(names(one, wanted) for one in talk.user.unknown)
    before = ""
    for sentence in _sentences(turn.text):
        named = [name for name in talk.user.knows if _denied(name, sentence, before, talk)]
        of_unknown = any(names(one, sentence) for one in talk.user.unknown)
        bare = phrases.DENIES.search(sentence) or phrases.HAS_NOT.search(sentence)
        short = bare and not foreign and not of_unknown and len(sentence) <= _short(talk)
        about, before = named or (asked if short else []), sentence
        if about and not any(str(talk.user.knows[name]) in turn.text for name in about):
            why = f"says not to know {about[0]!r}, which it knows"
            yield UserFault(kind="contradiction", turn=turn.number, why=why)
            return


def _denied(label: str, sentence: str, before: str, talk: Heard) -> bool:
    """Whether a sentence says of what a label means that one does not know it or does not have it."""
    knows, has = phrases.DENIES.search(sentence), phrases.HAS_NOT.search(sentence)
    said = knows or has
    if said is None or phrases.ANOTHER.search(sentence) or _is_of_unknown(label, sentence, talk):
        return False
    beside = sentence[said.end() : said.end() + _NEAR]
    echo = before.strip().endswith(("?", "？")) and len(before) <= _NEAR and names(label, before)
    chinese = talk.language == "zh" and names(label, sentence)
    return names(label, beside) or echo or chinese


def _is_of_unknown(label: str, text: str, talk: Heard) -> bool:
    """Whether a text means rather what it does not know, such as somebody else's number, or where a thing is
    of which it knows the number.
    """
    mine = set(_words_of(label))
    for one in talk.user.unknown:
        theirs = set(_words_of(one))
        shared = len(mine & theirs) / max(1, len(mine))
        told = len([word for word in theirs - mine if word in text.lower()])
        if (shared >= _HALF and told) or (theirs > mine and not phrases.MINE.search(text)):
            return True
    return False


def _words_of(label: str) -> list[str]:
    """The words of a label; pairs of letters in Chinese."""
    if re.search(r"[\u4e00-\u9fff]", label):
        letters = "".join(re.findall(r"[\u4e00-\u9fff]", label))
        return [one + other for one, other in pairwise(letters)]
    return [word for word in re.findall(r"[a-z]+", label.lower()) if word not in _SMALL]


def _of_deeds(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """It says to have done with its hands what it did not do."""
    made = [call.name for call in turn.done]
    for sentence in _sentences(turn.text):
        if not phrases.FIRST_PERSON.search(sentence) or phrases.NOT_DONE.search(sentence):
            continue
        for stems, words in phrases.DEEDS.items():
            said = words.search(sentence)
            able = any(_does(tool, stems) for tool in talk.tools)
            before = words.search(talk.past) is not None
            if said is not None and able and not before and not any(_does(tool, stems) for tool in made):
                why = f"says {said[0]!r} and has not done it"
                yield UserFault(kind="invention", turn=turn.number, why=why)
                return


def _does(tool: str, stems: tuple[str, ...]) -> bool:
    """Whether a tool is called after such a deed: to look at settings sets nothing."""
    return bool({*tool.partition("__")[2].split("_")} & {*stems})


def _of_sights(turn: Turn) -> Iterator[UserFault]:
    """What it says of a part is not what it saw last."""
    seen: dict[str, str] = {}
    for _, back in turn.actions:
        if isinstance(back.structured, dict):
            seen |= {key: str(value).lower() for key, value in back.structured.items()}
    for clause in re.split(r"[,.;，。；、!！]|\band\b|\bbut\b", turn.text.lower()):
        for part, value in seen.items():
            right = next((words for words in _STATES if value in words), None)
            named = any(name in clause for name in _PARTS.get(part, ()))
            if right is None or not named or any(word in clause for word in right) or "n't" in clause:
                continue
            said = [words[0] for words in _STATES if any(_stands(word, clause) for word in words)]
            if said and len([one for one in seen if any(n in clause for n in _PARTS.get(one, ()))]) == 1:
                why = f"says {said[0]!r} of {part!r}, which it saw to be {value!r}"
                yield UserFault(kind="contradiction", turn=turn.number, why=why)
                return


def _ofnames(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    for one in _NAME.finditer(turn.text):
        name = one[1] or one[2]
        if name and name not in turn.material:
            kind = "contradiction" if talk.user.persona else "invention"
            yield UserFault.model_validate(
                {"kind": kind, "turn": turn.number, "why": f"calls itself {name!r}"}
            )


def names(label: str, text: str) -> bool:
    """Whether a text speaks of what a label means: its words in any order, or most of its pairs of letters in
    Chinese, which has no words to see.
    """
    words = _words_of(label)
    if re.search(r"[\u4e00-\u9fff]", label):
        least = len(words) if len(words) <= _FEW else _HALF * len(words)
        return bool(words) and sum(pair in text for pair in words) >= least
    return bool(words) and all(re.search(rf"\b{word}s?\b", text, re.IGNORECASE) for word in words)


def _last_question(text: str) -> str:
    found = [one for one in _sentences(text) if "?" in one or "？" in one or phrases.ORDERS.search(one)]
    return found[-1] if found else ""


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n", text) if one.strip()]


def _short(talk: Heard) -> int:
    return 20 if talk.language == "zh" else 60


def _stands(word: str, text: str) -> bool:
    return bool(re.search(rf"\b{word}\b", text)) if word.isascii() else word in text
