"""The steps that change a list or a shelf of numbered boxes, with what it holds after each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from scenarios.documents.dice import Dice
from scenarios.language import Language

Kind = Literal["list", "shelf"]

_BOXES = 6
_FEWEST = 2
_MOST = 7

_THINGS: Mapping[Language, str] = {
    "en": (
        "acorn badge bottle brush candle chalk coin comb cork dice drum fan feather fig flask glove hinge "
        "kettle key ladle lamp lemon lens mirror mug nail needle nut pebble pencil plum pouch ribbon ring "
        "rope ruler scarf shell spoon stamp thimble ticket walnut whistle"
    ),
    "zh": (
        "橡果 徽章 瓶子 刷子 蜡烛 粉笔 硬币 梳子 软木 骰子 小鼓 折扇 羽毛 无花果 水壶 手套 合页 "
        "茶壶 钥匙 汤勺 台灯 柠檬 镜片 镜子 杯子 钉子 缝针 坚果 卵石 铅笔 李子 布袋 丝带 戒指 "
        "麻绳 直尺 围巾 贝壳 调羹 邮票 顶针 车票 核桃 哨子"
    ),
}
_COMMA: Mapping[Language, str] = {"en": ", ", "zh": "、"}
_HEAD: Mapping[Language, Mapping[Kind, str]] = {
    "en": {"list": "List {name}, step {n}: {does}.", "shelf": "Shelf {name}, step {n}: {does}."},
    "zh": {"list": "清单“{name}”第{n}步：{does}。", "shelf": "架子“{name}”第{n}步：{does}。"},
}
_DOES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "begins": "it begins as {0}",
        "end": "{0} goes to the end",
        "front": "{0} goes to the front",
        "behind": "{0} goes right behind {1}",
        "drop": "{0} is taken away",
        "replace": "{0} is replaced by {1}",
        "swap": "{0} and {1} change places",
        "turn": "the whole order is turned round",
        "holds": "at first {0}, and the other boxes are empty",
        "box": "box {1} holds {0}",
        "put": "{0} is put into box {1}, in place of whatever is there",
        "clear": "box {0} is emptied",
        "move": "what is in box {0} moves to box {1}, which was empty",
        "exchange": "boxes {0} and {1} exchange what they hold",
    },
    "zh": {
        "begins": "一开始依次是{0}",
        "end": "把{0}放到末尾",
        "front": "把{0}放到最前面",
        "behind": "把{0}放到{1}的后面",
        "drop": "拿走{0}",
        "replace": "把{0}换成{1}",
        "swap": "{0}和{1}互换位置",
        "turn": "整个顺序颠倒过来",
        "holds": "一开始{0}，其余盒子是空的",
        "box": "{1}号盒放着{0}",
        "put": "把{0}放进{1}号盒，盒里原有的东西拿掉",
        "clear": "清空{0}号盒",
        "move": "把{0}号盒里的东西移到空着的{1}号盒",
        "exchange": "{0}号盒和{1}号盒里的东西对调",
    },
}


@dataclass(frozen=True, kw_only=True)
class Step:
    text: str
    holds: tuple[str, ...]
    """What the list holds after it, in its order; of a shelf, by the numbers of the boxes."""


def steps(kind: Kind, name: str, count: int, language: Language, dice: Dice) -> list[Step]:
    """How it begins, and what is done to it."""
    told = _list(language, dice) if kind == "list" else _shelf(language, dice)
    return [
        Step(text=_HEAD[language][kind].format(name=name, n=n, does=does), holds=holds)
        for n, (does, holds) in enumerate(islice(told, count), start=1)
    ]


def _list(language: Language, dice: Dice) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(what is done, what is held then), without end."""
    things, does = _THINGS[language].split(), _DOES[language]
    held = dice.sample(things, 4)
    yield does["begins"].format(_COMMA[language].join(held)), tuple(held)
    while True:
        new = dice.choice([thing for thing in things if thing not in held])
        one, other = dice.sample(held, 2)
        verb = dice.choice(_list_verbs(len(held)))
        held = _listed(held, verb, new, one, other)
        named = (one, other) if verb == "swap" else (one, new) if verb in ("drop", "replace") else (new, one)
        yield does[verb].format(*named), tuple(held)


def _list_verbs(length: int) -> list[str]:
    """What can be done to a list of that length; turning it round comes seldom."""
    verbs = ["swap", "swap", "replace", "replace", "turn"]
    verbs += ["end", "front", "behind"] if length < _MOST else []
    return verbs + (["drop", "drop"] if length > _FEWEST else [])


def _listed(held: Sequence[str], verb: str, new: str, one: str, other: str) -> list[str]:
    place = held.index(one)
    match verb:
        case "end":
            return [*held, new]
        case "front":
            return [new, *held]
        case "behind":
            return [*held[: place + 1], new, *held[place + 1 :]]
        case "drop":
            return [thing for thing in held if thing != one]
        case "replace":
            return [new if thing == one else thing for thing in held]
        case "swap":
            return [{one: other, other: one}.get(thing, thing) for thing in held]
        case _:
            return list(reversed(held))


def _shelf(language: Language, dice: Dice) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(what is done, what is held then), without end."""
    things, does = _THINGS[language].split(), _DOES[language]
    boxes = sorted(dice.sample(range(1, _BOXES + 1), 4))
    held = dict(zip(boxes, dice.sample(things, 4), strict=True))
    begins = _COMMA[language].join(does["box"].format(thing, box) for box, thing in held.items())
    yield does["holds"].format(begins), tuple(held.values())
    while True:
        new = dice.choice([thing for thing in things if thing not in held.values()])
        full = sorted(held)
        free = [box for box in range(1, _BOXES + 1) if box not in held]
        one, other = dice.sample(full, 2)
        match verb := dice.choice(_shelf_verbs(len(full))):
            case "put":
                other = dice.between(1, _BOXES)
                held[other] = new
                named: tuple[object, ...] = (new, other)
            case "clear":
                del held[one]
                named = (one,)
            case "move":
                other = dice.choice(free)
                held[other] = held.pop(one)
                named = (one, other)
            case _:
                held[one], held[other] = held[other], held[one]
                named = (one, other)
        yield does[verb].format(*named), tuple(held[box] for box in sorted(held))


def _shelf_verbs(full: int) -> list[str]:
    verbs = ["put", "put", "exchange"] + (["move"] if full < _BOXES else [])
    return verbs + (["clear"] if full > _FEWEST else [])
