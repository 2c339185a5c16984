"""The task list. A task ends in one of two ways: done, or dropped because it is no longer wanted."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.office_entries import Day, collection, found, moment, shown
from tools.world import Refused, State, next_id, phrase, reads, writes

TaskId = Annotated[str, Field(pattern=r"^K-\d+$", description="Task id, like K-12")]
Priority = Literal["low", "normal", "high"]


class TaskChanges(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it from there
    title: str
    due: Day
    priority: Priority
    tags: list[str]


def list_tasks(
    state: State,
    status: Literal["open", "done", "dropped", "any"] = "open",
    tag: Annotated[str | None, Field(description="Only tasks with this tag")] = None,
    due_by: Annotated[Day | None, Field(description="Only tasks due on this day or before")] = None,
) -> JsonValue:
    """List tasks by due day; those without one come last."""
    hits = [
        (task["due"] or "9999", key, task)
        for key, task in collection(state, "tasks").items()
        if status in {"any", task["status"]}
        and (tag is None or tag in task["tags"])
        and (due_by is None or (task["due"] or "9999") <= due_by)
    ]
    return [shown(key, task) for _, key, task in sorted(hits, key=lambda hit: hit[:2])]


def add_task(
    state: State,
    title: Annotated[str, Field(min_length=1)],
    due: Day | None = None,
    priority: Priority = "normal",
    tags: Sequence[str] = (),
) -> JsonValue:
    """Put a new open task on the list."""
    if due is not None:
        moment(state, due)
    tasks = state.setdefault("tasks", {})
    key = next_id(tasks, "K-")
    tasks[key] = {"title": title, "due": due, "priority": priority, "tags": list(tags), "status": "open"}
    return shown(key, tasks[key])


def update_task(state: State, task: TaskId, changes: TaskChanges) -> JsonValue:
    """Change title, due day, priority or tags of an open task; `tags` replaces all its tags."""
    held = _open(state, task)
    if "due" in changes:
        moment(state, changes["due"])
    held.update(changes)
    return shown(task, held)


def complete_task(state: State, task: TaskId) -> JsonValue:
    """Mark an open task as done."""
    held = _open(state, task)
    held["status"] = "done"
    return shown(task, held)


def drop_task(state: State, task: TaskId) -> JsonValue:
    """Take an open task off the list undone, because it is no longer wanted."""
    held = _open(state, task)
    held["status"] = "dropped"
    return shown(task, held)


def _open(state: State, task: str) -> State:
    held = found(state, "tasks", task)
    if held["status"] != "open":
        raise Refused(
            phrase(
                state,
                "{task} is not open but {status}.",
                "{task} 的状态是 {status}，不能再改。",
                task=task,
                status=held["status"],
            )
        )
    return held


TASK_TOOLS = (
    reads(list_tasks),
    writes(add_task),
    writes(update_task),
    writes(complete_task),
    writes(drop_task),
)
