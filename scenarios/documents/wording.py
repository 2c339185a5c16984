"""What the harness itself says around a document and its questions, in the language of its readers."""

from collections.abc import Mapping
from typing import Literal

from scenarios.language import Language

AnswerForm = Literal["value", "list", "number", "order"]

NOT_STATED: Mapping[Language, str] = {"en": "not stated", "zh": "未提及"}
"""What a reader answers when the document does not say."""

_FORMS: Mapping[Language, Mapping[AnswerForm, str]] = {
    "en": {
        "value": "End with one line `ANSWER: <value>`, "
        "and `ANSWER: not stated` if the document does not say.",
        "list": 'End with one line `ANSWER: ["<item>", ...]`, a JSON array, which is [] if there is none.',
        "number": "End with one line `ANSWER: <number>`.",
        "order": 'End with one line `ANSWER: ["<first>", ...]`, a JSON array in that order.',
    },
    "zh": {
        "value": "最后单独写一行“ANSWER: <答案>”；文中没有说明时写“ANSWER: 未提及”。",
        "list": '最后单独写一行“ANSWER: ["<一项>", ...]”，用 JSON 数组；一项也没有时写 []。',
        "number": "最后单独写一行“ANSWER: <数字>”。",
        "order": '最后单独写一行“ANSWER: ["<第一项>", ...]”，用 JSON 数组，按此顺序排列。',
    },
}


def answer_form(form: AnswerForm, language: Language) -> str:
    """The sentence that ends a question: how the answer is to be written."""
    return _FORMS[language][form]


OK = "OK"
"""What the model is taken to have replied to a document that was given to it whole."""

_TURNS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "single": "Here is a document. Read it to its end; a question about it follows.\n\n{text}\n\n"
        "That was the whole document. Reply with OK.",
        "concat": "Here is a document in {of} parts. Read it to its end; a question about it follows.\n\n"
        "{text}\n\nThat was the whole document. Reply with OK.",
        "heading": "[Part {n} of {of}]",
        "segmented": "Part {n} of {of} of a document follows. Read it; questions may come after any part. "
        "Reply with one short line that you have read it.\n\n[Part {n} of {of}]\n{text}",
        "recap": "Here are all {of} parts of the document once more.\n\n{text}\n\n"
        "That was the whole document. Reply with OK.",
        "carry": "You read a document of {of} parts, one part at a time. Earlier parts are gone; "
        "only your own notes stay.\n\nYour notes so far:\n{notes}\n\n[Part {n} of {of}]\n{text}\n\n"
        "Write your notes anew, in at most 300 words, with everything that may be asked about later. "
        "Reply with the notes alone.",
        "no notes": "(none)",
        "tools": "A document in {of} parts is behind the tools reader__outline, reader__search and "
        "reader__open_part. Use them to answer a question about it.\n\n{text}",
    },
    "zh": {
        "single": "下面是一份文件，请通读到底，随后会就它提一个问题。\n\n{text}\n\n"
        "以上是文件的全部内容。请只回复 OK。",
        "concat": "下面是一份共 {of} 部分的文件，请通读到底，随后会就它提一个问题。\n\n{text}\n\n"
        "以上是文件的全部内容。请只回复 OK。",
        "heading": "【第 {n} 部分，共 {of} 部分】",
        "segmented": "下面是一份文件的第 {n} 部分（共 {of} 部分），请阅读；任何一部分之后都可能提问。"
        "请用一句很短的话回复已经读过。\n\n【第 {n} 部分，共 {of} 部分】\n{text}",
        "recap": "下面再给出文件的全部 {of} 个部分。\n\n{text}\n\n以上是文件的全部内容。请只回复 OK。",
        "carry": "你在逐部分阅读一份共 {of} 部分的文件。前面的部分已经看不到，只留下你自己的笔记。\n\n"
        "你目前的笔记：\n{notes}\n\n【第 {n} 部分，共 {of} 部分】\n{text}\n\n"
        "请重写笔记，不超过 400 字，写下以后可能被问到的一切。只回复笔记本身。",
        "no notes": "（无）",
        "tools": "有一份共 {of} 部分的文件，可用工具 reader__outline、reader__search 和 "
        "reader__open_part 查阅。请用它们回答关于文件的问题。\n\n{text}",
    },
}


def turn(name: str, language: Language, **words: object) -> str:
    """What the user says in a layout: `single`, `concat`, `segmented`, `recap`, `carry` or `tools`."""
    return _TURNS[language][name].format(**words)
