"""The error taxonomy: every way in which a call or a trial goes wrong, decided by rules and never by a judge.

A call has exactly one primary code, the first of these that holds: not executed, `fault`, `malformed_call`,
`hallucinated_tool`, `schema_violation`, `matched`, `wrong_arg_value`, `policy_violation`,
`no_call_violation`, `allowed`, `wrong_tool`, `redundant_repeat`, `retry_storm`, `extra_call`. The other codes
are found in the trial as a whole; the last ones are outcomes of an answer about a document.
"""

from collections.abc import Mapping

from scoring.lines.verdict import OUTCOMES, OUTCOMES_ZH

CODES: Mapping[str, str] = {
    "malformed_call": "The arguments are not one JSON object.",
    "hallucinated_tool": "No tool of that name was offered.",
    "schema_violation": "The arguments do not fit the tool's schema.",
    "policy_violation": "A call was made that must never be made.",
    "no_call_violation": "A tool was called where none was needed.",
    "ask_missing": "Something was missing, and the model acted or guessed where it had to ask.",
    "wrong_tool": "Another tool was called in the place of the right one.",
    "dependency_fabricated": "An argument that an earlier result gives was made up.",
    "wrong_arg_value": "The right tool was called with a wrong argument.",
    "refused_when_needed": "Calls were needed, and the model made none at all.",
    "budget_exhausted": "The steps, calls, tokens or the window ran out.",
    "premature_stop": "The model stopped, with no error in its way, before all that is needed was done.",
    "missing_call": "A call that is needed was not made.",
    "wrong_order": "A call was made before the one that it depends on.",
    "ignored_tool_error": "A call failed, and the model neither tried again nor said so.",
    "retry_storm": "The same failing call was made three times or more in a row.",
    "redundant_repeat": "A call that had succeeded was made again, and nothing had changed in between.",
    "extra_call": "A call was made that nothing asked for.",
    "transcript_broken": "A call has no result, or a result has no call.",
    "answer_wrong": "The reply leaves out a fact, or states what it must not.",
    "state_wrong": "Something that should have changed did not, or became something else.",
    "side_effect": "Something changed that nobody asked for.",
    **{outcome: meaning for outcome, meaning in OUTCOMES.items() if outcome != "right"},
}
"""Every code with its meaning, in the order of precedence: of two that happen at the same moment, the earlier
one here is the root cause."""

CODES_ZH: Mapping[str, str] = {
    "malformed_call": "参数不是一个合法的 JSON 对象。",
    "hallucinated_tool": "调用了并未提供的工具。",
    "schema_violation": "参数不符合该工具的 schema。",
    "policy_violation": "做了明令禁止的调用。",
    "no_call_violation": "本不需要工具，却调用了工具。",
    "ask_missing": "信息不全，本应先询问，模型却直接行动或猜测。",
    "wrong_tool": "该用的工具没有用，用了另一个。",
    "dependency_fabricated": "本应取自先前结果的参数是编造的。",
    "wrong_arg_value": "工具正确，但参数值有误。",
    "refused_when_needed": "需要调用工具，模型却一次也没有调用。",
    "budget_exhausted": "步数、调用次数、词元或上下文窗口已用尽。",
    "premature_stop": "没有遇到错误，却在完成之前就停下了。",
    "missing_call": "缺少一个必需的调用。",
    "wrong_order": "在所依赖的调用之前就调用了。",
    "ignored_tool_error": "调用失败后既没有重试，也没有说明。",
    "retry_storm": "同一个失败的调用连续重复了三次以上。",
    "redundant_repeat": "重复了已经成功的调用，而其间并无变化。",
    "extra_call": "做了没有必要的调用。",
    "transcript_broken": "有调用没有结果，或有结果没有对应的调用。",
    "answer_wrong": "回复遗漏了应有的事实，或说了不该说的内容。",
    "state_wrong": "应当改变的没有改变，或改成了别的值。",
    "side_effect": "改变了无人要求改变的内容。",
    **{outcome: meaning for outcome, meaning in OUTCOMES_ZH.items() if outcome != "right"},
}
"""The same meanings in Chinese."""

RANK: Mapping[str, int] = {code: rank for rank, code in enumerate(CODES)}
NEUTRAL = frozenset({"matched", "allowed", "fault"})
"""Codes of calls that nothing is wrong with."""
