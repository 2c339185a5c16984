"""Contradictions and inventions: what the user states against what it was told, heard and saw."""

import re
from collections.abc import Iterator, Mapping

from scenarios.matching import mentioned, resolve
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard, Turn
from scoring.user_faults.values import Value, digits, numbers, values

_DENIES = re.compile(
    r"\b(?:don't|do not|dont|didn't|can't|cannot|couldn't) (?:know|have|remember|recall|find|tell)\b"
    r"|\bno idea\b|\bnot sure (?:what|which)\b|\bhave no\b|\bnever (?:had|got|been given)\b"
    r"|不知道|不清楚|不记得|记不得|想不起|没有(?=.{0,6}(?:号|编号|密码|账))|忘了|忘记",
    re.IGNORECASE,
)
_DOING: Mapping[str, tuple[str, str]] = {
    r"restarted|rebooted|power-?cycled|(?:switched|turned) (?:it|the \w+) off and (?:back )?on|重启|重新启动": (
        "restart",
        "reboot",
    ),
    r"plugged|pushed|pressed (?:it|the \w+) in|reconnected|插|按紧|推紧": ("plug", "push"),
    r"(?:set|changed|moved|switched) (?:it|the \w+|the \w+ \w+)? ?(?:to|over to)|改到|改成|改为|调到|设成|换到": (
        "set",
        "change",
    ),
    r"(?:ran|did|made|run|repeated) (?:the|a|another) (?:speed ?)?test|measured|测了|测速了|测过": (
        "test",
        "measure",
    ),
}
"""What somebody says to have done, and what a tool that does it is called."""
_FIRST_PERSON = re.compile(
    r"\b(?:I|I've|we)\b(?! (?:will|can|could|would|should|shall|have to|need|want|might|cannot|can't|did not"
    r"|didn't|haven't|have not)\b)|我(?!来|去|要|会|可以|想|没|不|马上|这就)",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(
    r"\b(?:not|never|haven't|didn't|should I|shall I|could|would|if|before|until|when|once|after I)\b|没|不|要不要|如果|之前|吗",
    re.IGNORECASE,
)
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
_NAME = re.compile(
    r"\b(?:my name is|this is|I am called) ([A-Z][a-z]+)\b|我(?:叫|是)([\u4e00-\u9fff]{2,3})(?=[，。,. ])"
)


def claims(talk: Heard) -> Iterator[UserFault]:
    for turn in talk.turns:
        yield from _of_values(turn, talk)
        yield from _of_denials(turn, talk)
        yield from _of_deeds(turn, talk)
        yield from _of_sights(turn)
        yield from _of_names(turn, talk)


def _of_values(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """Hard values that stand in nothing that it can know."""
    known = values(turn.material)
    own = [one for value in talk.user.knows.values() for one in values(str(value))]
    for value in values(turn.text):
        if _is_known(value, known, turn.material):
            continue
        if value.kind not in {"amount", "time", "day"} and any(one.shape == value.shape for one in own):
            right = next(one.written for one in own if one.shape == value.shape)
            why = f"says {value.written!r} and knows {right!r}"
            yield UserFault(kind="contradiction", turn=turn.number, why=why)
        elif label := _labelled(value, turn.text, talk):
            why = f"says {value.written!r} for {label!r} and knows {talk.user.knows[label]!r}"
            yield UserFault(kind="contradiction", turn=turn.number, why=why)
        else:
            yield UserFault(kind="invention", turn=turn.number, why=f"{value.written!r} stands nowhere")


def _is_known(value: Value, known: tuple[Value, ...], material: str) -> bool:
    if any((one.kind, one.normal) == (value.kind, value.normal) for one in known):
        return True
    match value.kind:
        case "amount":
            return any(_rounds_to(number, float(value.normal)) for number in numbers(material))
        case "phone" | "id":
            figures = digits(value.normal)
            return len(figures) > 2 and figures in digits(material)
        case "time" | "day" | "email":
            return value.written.lower() in material.lower()


def _rounds_to(number: float, said: float) -> bool:
    """Whether somebody may say the one for the other."""
    return number == said or (number >= 10 and abs(number - said) <= 0.02 * number)


def _labelled(value: Value, text: str, talk: Heard) -> str:
    """The label of what it knows that it names beside the value."""
    sentence = next((one for one in _sentences(text) if value.written in one), "")
    return next((label for label in talk.user.knows if _names(label, sentence)), "")


def _of_denials(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """It says not to know what it knows."""
    for sentence in _sentences(turn.text):
        if not _DENIES.search(sentence):
            continue
        label = next((name for name in talk.user.knows if _names(name, sentence)), "")
        asked = [name for name in talk.user.knows if _names(name, _last_question(turn.heard))]
        bare = len(sentence) <= _short(talk) and not any(_names(one, turn.heard) for one in talk.user.unknown)
        told = any(str(talk.user.knows[name]) in turn.text for name in (label, *asked) if name)
        if not told and (label or (bare and len(asked) == 1)):
            why = f"says not to know {label or asked[0]!r}, which it knows"
            yield UserFault(kind="contradiction", turn=turn.number, why=why)
            return


def _of_deeds(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    """It says to have done with its hands what it did not do."""
    made = " ".join(call.name.partition("__")[2] for call in turn.done)
    for sentence in _sentences(turn.text):
        if not _FIRST_PERSON.search(sentence) or _NOT_DONE.search(sentence):
            continue
        for words, stems in _DOING.items():
            said = re.search(words, sentence, re.IGNORECASE)
            able = any(stem in tool for stem in stems for tool in talk.tools)
            before = said is not None and said[0].lower() in talk.brief.lower()
            if said is not None and able and not before and not any(stem in made for stem in stems):
                why = f"says {said[0]!r} and has not done it"
                yield UserFault(kind="invention", turn=turn.number, why=why)
                return


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


def _of_names(turn: Turn, talk: Heard) -> Iterator[UserFault]:
    for one in _NAME.finditer(turn.text):
        name = one[1] or one[2]
        if name and name not in turn.material:
            kind = "contradiction" if talk.user.persona else "invention"
            yield UserFault.model_validate(
                {"kind": kind, "turn": turn.number, "why": f"calls itself {name!r}"}
            )


def _names(label: str, text: str) -> bool:
    """Whether a text speaks of what a label means: all of its words, in any order."""
    words = re.findall(r"[a-z]+|[\u4e00-\u9fff]+", label.lower())
    words = [word for word in words if word not in {"the", "of", "your", "my", "a"}]
    return bool(words) and all(mentioned({"contains": word}, text, resolve({})) for word in words)


def _last_question(text: str) -> str:
    found = [
        one for one in _sentences(text) if re.search(r"[?？]|请|please|could you|tell me", one, re.IGNORECASE)
    ]
    return found[-1] if found else ""


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n", text) if one.strip()]


def _short(talk: Heard) -> int:
    return 20 if talk.language == "zh" else 60


def _stands(word: str, text: str) -> bool:
    return bool(re.search(rf"\b{word}\b", text)) if word.isascii() else word in text
