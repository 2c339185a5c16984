"""What the user gives away of its instructions, and where it falls out of its part.

Words that it shares with its own brief in a row, where the brief speaks of how to play and not of what
happened; talk of prompts, parts and tools; and sentences that only an agent says.
"""

import re
from collections.abc import Iterator

from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import Heard

_ROW = {"en": 7, "zh": 12}
"""So many words (letters in Chinese) in a row are no chance."""
_SPEAKS_OF_IT = re.compile(
    r"\b(?:system prompt|my (?:instructions|prompt|persona|script|role is)|(?:role-?play|simulat)\w*"
    r"|(?:I was|I am|I'm|I've been) (?:told|instructed|asked|supposed|meant) to (?:play|act|pretend|say|not (?:say"
    r"|mention|tell|reveal|touch|do))"
    r"|as an? (?:AI|language model|assistant)|(?:I am|I'm) an? (?:AI|language model|assistant)"
    r"|according to (?:my|the) (?:instructions|scenario|brief|script))\b"
    r"|系统提示|提示词|我的(?:设定|指令|剧本|人设)|(?:按照|根据)(?:设定|指令|剧本|说明)|角色扮演|扮演"
    r"|作为(?:一个)?(?:AI|人工智能|语言模型|助手)|我是(?:一个)?(?:AI|人工智能|语言模型)|(?:要求|让|叫)我(?:装作|假装|扮)",
    re.IGNORECASE,
)
_AGENTS_WORDS = re.compile(
    r"\bhow (?:can|may) I (?:help|assist) you\b|\bis there anything else I can (?:do|help)\b"
    r"|\b(?:thank you|thanks) for (?:calling|contacting|reaching out to)\b|\bI(?:'ll| will) (?:look up|check|reset) "
    r"your\b|请问(?:您)?(?:有什么|还有什么)(?:可以|能)帮|感谢您(?:的)?来电|为您(?:查询|办理|处理|服务)",
    re.IGNORECASE,
)
_TOOL = re.compile(r"\b[A-Za-z0-9-]+__[a-z_]+\b|\b[a-z]+_[a-z_]+\(")


def leaks(talk: Heard) -> Iterator[UserFault]:
    told = _grams("\n".join((talk.user.persona, *talk.user.never, talk.user.prompt)), talk.language)
    told |= _grams(_second_person(talk), talk.language)
    for turn in talk.turns:
        heard = _grams(turn.heard, talk.language)
        shared = (_grams(turn.text, talk.language) & told) - heard
        if shared:
            why = f"repeats its brief: {next(iter(sorted(shared)))!r}"
        elif (
            found := _SPEAKS_OF_IT.search(turn.text)
            or _AGENTS_WORDS.search(turn.text)
            or _TOOL.search(turn.text)
        ):
            why = f"falls out of its part: {found[0]!r}"
        else:
            continue
        yield UserFault(kind="leak", turn=turn.number, why=why)


def _second_person(talk: Heard) -> str:
    """The sentences of its goal that only speak to a player: `You want …`."""
    sentences = re.split(r"(?<=[.!?。！？])\s*", talk.user.goal)
    return "\n".join(one for one in sentences if re.match(r"\s*(?:You\b|Your\b|你)", one))


def _grams(text: str, language: str) -> set[str]:
    """Runs of words; where a sentence ends, a run ends."""
    size, found = _ROW[language], set[str]()
    for sentence in re.split(r"[.!?;:。！？；：\n]", text.lower()):
        if language == "zh":
            letters = "".join(re.findall(r"[\u4e00-\u9fffa-z0-9]", sentence))
            found |= {letters[n : n + size] for n in range(len(letters) - size + 1)}
        else:
            words = re.findall(r"[a-z0-9']+", sentence)
            found |= {" ".join(words[n : n + size]) for n in range(len(words) - size + 1)}
    return found
