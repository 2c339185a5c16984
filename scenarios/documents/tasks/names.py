"""Invented names of people, firms, towns and waters, so that nothing can be answered from memory.

The names of a document share no coined word but that of a family, and none is the beginning of another, so
that a name found in the text is that name and no part of a longer one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake
from scenarios.language import Language

Kind = Literal["person", "firm", "town", "river", "hills", "label"]

_STARTS = (
    "Bar Bel Bram Cal Cor Dal Der Dov Fal Fen Gal Gor Hal Hes Jor Kel Kor Lan Lor Mar Mel Mor Nel Nor Os Per "
    "Quil Ral Ros Sel Sor Tal Tor Ul Vel Vor Wen Yar Zel Zor"
)
_MIDDLES = "a e i o u an el en il or ul av ev iv ov ad ed id od am em im om"
_ENDS = "bex dric dune fex gant grim kith lund mund nock pell quist rick sand stane tav thorn vane wick zeth"
_FIRST = "霁砚泠沅翊珩汐岑杳彧昀霏笙筠茗珞瑾芷旻湛澹鄞郦隽"
_SECOND = "秋衡漪舟岫檀棠岱桓阙瀛屿峤渚峪垣埠浔濠鹭麓苑邑崧"
_SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜"

_FORMS: Mapping[Language, Mapping[Kind, Sequence[str]]] = {
    "en": {
        "person": ("{0} {1}",),
        "firm": (
            "{0} Foundry",
            "{0} Shipping",
            "{0} Textiles",
            "{0} Instruments",
            "{0} Dairies",
            "{0} Press",
        ),
        "town": ("{0}",),
        "river": ("{0}",),
        "hills": ("{0}",),
        "label": ("{0}",),
    },
    "zh": {
        "person": ("{1}{0}",),
        "firm": ("{0}机械厂", "{0}航运公司", "{0}纺织厂", "{0}仪器厂", "{0}乳品公司", "{0}印刷社"),
        "town": ("{0}市",),
        "river": ("{0}河", "{0}江"),
        "hills": ("{0}山",),
        "label": ("{0}",),
    },
}


class Names:
    """Draws names for one document, none of them twice."""

    def __init__(self, language: Language, dice: Dice) -> None:
        self._language = language
        self._dice = dice
        self._coin: Callable[[], str] = self._english if language == "en" else self._chinese
        self._used: set[str] = set()

    def draw(self, kind: Kind) -> str:
        """A new name. Raises `CannotMake` when there are no more."""
        if kind == "person":
            return self.person(self.family())
        return self._dice.choice(_FORMS[self._language][kind]).format(self._new())

    def family(self) -> str:
        return self._new() if self._language == "en" else self._dice.choice(_SURNAMES)

    def person(self, family: str) -> str:
        """Somebody of that family."""
        return _FORMS[self._language]["person"][0].format(self._new(), family)

    def _new(self) -> str:
        """A coined word that is not the beginning of another, nor another of it."""
        for _ in range(1000):
            word = self._coin()
            if not any(word.startswith(used) or used.startswith(word) for used in self._used):
                self._used.add(word)
                return word
        raise CannotMake(f"no more names: {len(self._used)} of one document are in use; ask for fewer facts")

    def _english(self) -> str:
        return "".join(self._dice.choice(parts.split()) for parts in (_STARTS, _MIDDLES, _ENDS))

    def _chinese(self) -> str:
        return self._dice.choice(_FIRST) + self._dice.choice(_SECOND)
