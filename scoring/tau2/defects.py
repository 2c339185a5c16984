"""What is known to be wrong with tau2's rules, by code.

Every difference between its verdict and the corrected one has one of these.
"""

from collections.abc import Mapping
from types import MappingProxyType

DEFECTS: Mapping[str, str] = MappingProxyType(
    {
        "action_arguments_left_out": "A call that leaves arguments out meets a reference action that has "
        "them: only the arguments that the call has are compared, and `{}` meets any.",
        "action_default_spelt_out": "A call that gives an argument its default does not meet an action "
        "that leaves it out.",
        "action_other_side": "A call of the user's meets a reference action of the agent's, or the reverse.",
        "action_met_twice": "One call meets several reference actions.",
        "action_failed": "A call that the tool refused meets a reference action.",
        "action_number_type": "`true` is taken for `1` where arguments are compared.",
        "assertion_raises": "An assertion about something that is not there raises, and there is no verdict.",
        "communicate_in_number": "A number counts as said when it is part of another: 10 in 2100.",
        "communicate_in_word": "A text counts as said when it is part of a word: IL in will.",
        "communicate_comma": "What is to be said has a comma, and commas are taken out of what is said.",
        "communicate_spelling": "A number that is spelt another way, such as 1.5 for 1.50, does not count "
        "as said.",
        "communicate_unheard": "Words beside a tool call count as said, though the user never hears them.",
        "nl_count": "The judge gave verdicts on more or fewer assertions than there are.",
        "number_spelling": "Databases differ only in how a number is spelt: 25 and 25.0.",
        "random_id": "Databases differ only in an id that a tool draws at random.",
        "reference_unsynced": "The reference actions are run without the two sides learning of each other's "
        "changes, so that the reference run itself does not match.",
    }
)
