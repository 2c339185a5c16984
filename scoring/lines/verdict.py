"""What is said of a reply about a document: one outcome, whether it is right, and how near it came.

`right` is strict and is what success means; `value` is graded, as scores are, and 1 exactly when the reply is
right (a summary that has no points to check, which is right from a threshold on, excepted).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from scenarios.record import Record

Outcome = Literal[
    "right",
    "unparsed",
    "false_abstention",
    "false_answer",
    "stale",
    "mixed",
    "decoy",
    "enumerated",
    "too_long",
    "contradicts",
    "miscited",
    "incomplete",
    "extra",
    "wrong_order",
    "partly",
    "wrong_value",
]

OUTCOMES: Mapping[Outcome, str] = {
    "right": "As it must be.",
    "unparsed": "No answer in the form that was asked for.",
    "false_abstention": "Says that the document does not tell, and it does.",
    "false_answer": "Answers what the document does not tell.",
    "stale": "Gives a value that held earlier and holds no more.",
    "mixed": "Gives the value that holds beside one that holds no more.",
    "decoy": "Gives another value or text of the same form, from elsewhere in the document.",
    "enumerated": "Names several candidates, the right one among them.",
    "too_long": "Holds the answer, and is far longer than an answer.",
    "contradicts": "States a value that no document gives.",
    "miscited": "States everything, and cites the wrong documents.",
    "incomplete": "Leaves something out.",
    "extra": "Adds something that does not belong there.",
    "wrong_order": "The right items in another order.",
    "partly": "Near to right in more than one way.",
    "wrong_value": "Something else.",
}

OUTCOMES_ZH: Mapping[Outcome, str] = {
    "right": "符合要求。",
    "unparsed": "没有按要求的格式作答。",
    "false_abstention": "文中有说明，却答未提及。",
    "false_answer": "文中没有说明，却给出了答案。",
    "stale": "给出了先前有效、现已失效的值。",
    "mixed": "同时给出了现行的值和已失效的值。",
    "decoy": "给出了文中别处同类的值或文本。",
    "enumerated": "罗列了多个候选，正确的在其中。",
    "too_long": "包含答案，但远远超出一个答案的长度。",
    "contradicts": "陈述了文中没有的值。",
    "miscited": "内容齐全，但引用的文档不对。",
    "incomplete": "有遗漏。",
    "extra": "多出了不该有的内容。",
    "wrong_order": "各项正确，顺序不对。",
    "partly": "接近正确，有不止一处差错。",
    "wrong_value": "答成了别的内容。",
}
"""The same meanings in Chinese."""


class LineVerdict(Record):
    answer: str | None
    """As agreement compares it: right answers to one question are equal however they are worded, and so are
    equal wrong ones. None when there is no answer in the form that was asked for."""
    outcome: Outcome
    value: Annotated[float, Field(ge=0, le=1)]
    right: bool
    figures: dict[str, float] = {}
    """What belongs to the value; `parsed` and `flexible` (right, were the form overlooked) are always there.
    """
    tokenizer: str = ""
    """Of the ROUGE figures, and the packages that computed them."""
    signatures: dict[str, str] = {}
    """Of BLEU and chrF, by the name of the figure."""
    why: str
    """Words from which the value can be recomputed."""
