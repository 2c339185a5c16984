"""Leaving early, and saying the same again and again."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

from scenarios.words import asks
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard, Turn

_CLOSING = re.compile(
    r"anything else|something else|further (?:help|questions)|other questions|can I (?:help|do)|help you with"
    r"|happy with|all right\?|glad|good day|还有(?:什么|其他|别的)|其他(?:问题|需要)|别的(?:问题|需要)|祝您|满意",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:please|could you|can you|would you|now|then|next|try|go ahead)\b.{0,30}\b(?:restart|reboot|plug|push|press|set"
    r"|change|switch|turn|check|look|read|tell|give|open|close|run|test|unplug|pull|measure|send|confirm|type|enter)\b"
    r"|请.{0,12}(?:重启|插|按|改|设|调|换|看|查|读|告诉|提供|打开|关|测|拔|确认|输入|说)|麻烦您?.{0,12}(?:重启|插|按|改|看|告诉|提供|测|确认)",
    re.IGNORECASE,
)
_COMING = re.compile(
    r"\b(?:one moment|just a moment|a moment|bear with me|hold on|let me (?:check|look|see)|I(?:'ll| will) (?:check|look|now))\b"
    r"|稍等|请稍候|我(?:来|先|马上|这就)?(?:查|看|帮您查)一下|正在(?:查|为您)",
    re.IGNORECASE,
)
_HANDS_OVER = re.compile(
    r"transfer|hand(?:ing|ed)? (?:you )?(?:over|on)|colleague|specialist|supervisor|second[- ]level|put you through"
    r"|connect you|escalat|another (?:team|department)|转接|转给|转到|同事|专员|人工|二线|上级|主管|技术部",
    re.IGNORECASE,
)
_ALIKE = 0.9
_TIMES = 3
"""So often the same is a loop."""
_OUTCOME = re.compile(
    r"cannot|can't|unable|unfortunately|not possible|sorry|solved|resolved|fixed|works|working|done|booked|无法|不能|抱歉"
    r"|对不起|解决|恢复|正常|好了|办好|约好",
    re.IGNORECASE,
)


def endings(talk: Heard) -> Iterator[UserFault]:
    """It leaves although it was asked for something that it did not answer, or for a reason that nobody gave."""
    last = talk.turns[-1] if talk.turns else None
    if last is None or talk.stopped not in {"user_done", "user_transfer", "user_out_of_scope"}:
        return
    if why := _early(last, talk):
        yield UserFault(kind="early_end", turn=last.number, why=why)


def loops(talk: Heard) -> Iterator[UserFault]:
    """The same words again and again, although the agent does not repeat itself."""
    turns = [turn for turn in talk.turns if turn.text]
    for turn in turns:
        again = [one for one in turns if one.number <= turn.number and _alike(one.text, turn.text)]
        answered = [one.heard for one in again]
        if len(again) >= _TIMES and _differ(answered):
            yield UserFault(kind="loop", turn=turn.number, why=f"says {turn.text[:60]!r} {len(again)} times")
            return


def _early(last: Turn, talk: Heard) -> str:
    if last.number == 0 and not last.heard:
        return "ends the conversation before it has begun"
    if talk.stopped == "user_transfer":
        return (
            "" if _HANDS_OVER.search(last.heard) else "leaves as handed over, and nobody has handed it over"
        )
    wanted = _wanted(last.heard)
    if talk.stopped == "user_out_of_scope":
        known = [label for label in talk.user.knows if label.lower() in wanted.lower()]
        return f"leaves as out of scope, and is asked for {known[0]!r}, which it knows" if known else ""
    if wanted and not last.actions and not _answers(last):
        return f"leaves although the agent wants something of it: {wanted[:80]!r}"
    if _COMING.search(last.heard) and not _OUTCOME.search(last.heard):
        return "leaves while the agent is at work"
    return ""


def _wanted(text: str) -> str:
    """The agent's last sentences, where they ask or order something that is no closing."""
    sentences = [one for one in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n", text) if one.strip()]
    for sentence in reversed(sentences[-3:]):
        if _CLOSING.search(sentence):
            continue
        if asks(sentence) or _ORDERS.search(sentence):
            return sentence
    return ""


def _answers(turn: Turn) -> bool:
    """Whether its last words hold more than thanks and goodbye."""
    plain = re.sub(
        r"thank(?:s| you)|good ?bye|\bbye\b|\bok(?:ay)?\b|great|perfect|wonderful|all right|alright|that(?:'s| is) (?:all|it)"
        r"|very much|a lot|for your help|have a (?:nice|good) (?:day|evening)|谢谢|感谢|再见|拜拜|好的?|没事了|就这样|辛苦",
        "",
        turn.text,
        flags=re.IGNORECASE,
    )
    return len(re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", plain.lower())) >= 4


def _alike(one: str, other: str) -> bool:
    a, b = _folded(one), _folded(other)
    return bool(a) and (a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE)


def _differ(texts: list[str]) -> bool:
    """Whether what was said to it changed: not only one thing, or nothing at all, was said again and again."""
    different: list[str] = []
    for text in texts:
        if text and not any(_alike(text, one) for one in different):
            different.append(text)
    return len(different) >= _TIMES - 1


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).lower()).strip()
