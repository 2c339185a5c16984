"""Mutants of tau2's reference runs: the same for the same seed, and of every kind."""

from typing import Any

from scripts.tau2_mutants import EDITS, Trajectory, gold, mutant, nothing, pool_of

TASKS: list[dict[str, Any]] = [
    {
        "id": str(number),
        "evaluation_criteria": {
            "actions": [
                {"name": "find", "arguments": {"user": f"u{number}", "fields": ["a", "b"]}},
                {"name": "pay", "arguments": {"order": f"O-{number}", "amount": number}},
                {"name": "look", "arguments": {}, "requestor": "user"},
            ],
            "communicate_info": [f"{1000 + number}"],
        },
    }
    for number in range(4)
]


def test_the_same_seed_makes_the_same_mutants() -> None:
    pool = pool_of(TASKS)

    assert [mutant(TASKS[0], pool, 1, n) for n in range(50)] == [
        mutant(TASKS[0], pool, 1, n) for n in range(50)
    ]
    assert [mutant(TASKS[0], pool, 1, n) for n in range(50)] != [
        mutant(TASKS[0], pool, 2, n) for n in range(50)
    ]


def test_every_edit_is_made_and_changes_something() -> None:
    pool = pool_of(TASKS)
    found = [(task, mutant(task, pool, 1, n)) for task in TASKS for n in range(400)]

    names = {name for _, one in found for name in one.label.split(" + ")}
    assert names == EDITS.keys()
    changed = [_written(one) != _written(gold(task)) for task, one in found if " + " not in one.label]
    assert all(changed)


def test_gold_says_what_is_to_be_told_and_nothing_does_nothing() -> None:
    assert gold(TASKS[1]).said == ("Done. 1001",)
    assert [call.requestor for call in gold(TASKS[1]).calls] == ["assistant", "assistant", "user"]
    assert nothing().calls == ()


def _written(one: Trajectory) -> str:
    """As it stands: to Python `1.0` is `1`."""
    return repr((one.calls, one.said, one.ended))
