"""Find what a simulated user did wrong, by rules over the transcript and the user's record alone.

The rules are strict about what can be decided: values that stand nowhere, deeds without a call, words out of
the brief. They say nothing of tone, and nothing of a user that is clumsy but true. How well they do is
measured on planted faults (`scripts/user_faults.py`).
"""

from scenarios.exam import Exam
from scenarios.transcript import Transcript
from scoring.user_faults.claims import claims
from scoring.user_faults.endings import endings, loops
from scoring.user_faults.fault import UserFault
from scoring.user_faults.heard import heard
from scoring.user_faults.leaks import leaks


def find_faults(exam: Exam, transcript: Transcript) -> tuple[UserFault, ...]:
    """Every fault, the earliest first; none where no user was simulated."""
    talk = heard(exam, transcript)
    if talk is None:
        return ()
    found = [*claims(talk), *leaks(talk), *endings(talk), *loops(talk)]
    return tuple(sorted(found, key=lambda fault: fault.turn))
