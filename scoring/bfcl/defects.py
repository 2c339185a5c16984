"""The defects of BFCL's own checkers, each under a code, and which of them a verdict keeps.

A verdict that keeps all of them is BFCL's own (`STRICT`): it decides success, since that is what its numbers
mean. One that keeps none (`CORRECTED`) stands beside it. Two are never kept: code in a model's text is not
run, and no trial sees what another left behind.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Defect = Literal[
    "blind_text",
    "true_is_one",
    "whole_number_in_array",
    "bare_alternative",
    "default_refused",
    "greedy_pairing",
    "unreadable_is_refusal",
    "cut_off_is_refusal",
    "any_call_is_relevant",
    "dropped_arguments",
    "any_sign_is_minus",
    "idle_turn_unchecked",
]
NeverKept = Literal["text_is_run", "shared_back_ends", "checker_crash"]

DEFECTS: Mapping[Defect | NeverKept, str] = MappingProxyType(
    {
        "blind_text": "texts are compared without spaces and , . / - _ * ^, so `3.5` equals `35`",
        "true_is_one": "inside a list or an object `true` equals 1, as Python has it",
        "whole_number_in_array": "`[1, 2.5]` is refused for an array of floats, though `1` is taken"
        " for a float",
        "bare_alternative": "a bare text in an answer's object is read letter by letter, so nothing"
        " matches it",
        "default_refused": "an optional argument given with its documented default is refused where the key"
        " does not name it",
        "greedy_pairing": "each answer takes the first call that fits it, though another pairing fits all",
        "unreadable_is_refusal": "a call that cannot be read counts as a refusal to call",
        "cut_off_is_refusal": "a reply that is cut off before it calls anything counts as a refusal to call",
        "any_call_is_relevant": "any call passes, also one of a function that was never offered",
        "dropped_arguments": "in a text, arguments without a name are left out without a word",
        "any_sign_is_minus": "in a text, `+5`, `~5` and `not 5` are read as -5",
        "idle_turn_unchecked": "calls in a turn where a function or a value is missing are not"
        " counted as wrong",
        "text_is_run": "a model's text is given to `eval`; here only literals and their sums are read",
        "shared_back_ends": "back ends are kept by model and task, so a second evaluation starts where the"
        " first one ended",
        "checker_crash": "the checker raises on an answer of an unforeseen shape; here it is wrong",
    }
)
"""What each of them does, in one line."""
Kept = frozenset[Defect]
STRICT: Kept = frozenset(get_args(Defect))
CORRECTED: Kept = frozenset()
