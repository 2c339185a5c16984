"""The file cabinet: text files under absolute paths; a folder exists as long as a file lies in it."""

from typing import Annotated

from pydantic import Field, JsonValue

from tools.servers.office_entries import FilePath, collection, found, mentions
from tools.world import Refused, State, phrase, reads, writes

Folder = Annotated[str, Field(pattern=r"^/", description="Folder to look in, like /notes; / is everything")]


def list_files(state: State, folder: Folder = "/") -> JsonValue:
    """List the files in a folder and the folders below it: path, time of last change, size in characters."""
    return [_card(path, file) for path, file in _within(state, folder)]


def read_file(state: State, path: FilePath) -> JsonValue:
    """Read the whole text of one file."""
    file = found(state, "files", path)
    return {"path": path, "modified": file["modified"], "text": file["text"]}


def search_files(
    state: State,
    query: Annotated[str, Field(min_length=1, description="Words that must all occur in one line")],
    folder: Folder = "/",
) -> JsonValue:
    """Find lines in files. Gives path, line number and the line, for each line that has every word."""
    return [
        {"path": path, "line": number, "text": line}
        for path, file in _within(state, folder)
        for number, line in enumerate(file["text"].splitlines(), start=1)
        if mentions(query, line)
    ]


def write_file(state: State, path: FilePath, text: str, overwrite: bool = False) -> JsonValue:
    """Write a file. Refused when it exists already, unless `overwrite` is true."""
    if not overwrite:
        _free(state, path)
    files = state.setdefault("files", {})
    files[path] = {"text": text, "modified": state["now"]}
    return _card(path, files[path])


def append_file(state: State, path: FilePath, text: str) -> JsonValue:
    """Add text at the end of an existing file, on a new line."""
    file = found(state, "files", path)
    before = file["text"].rstrip("\n")
    file["text"] = f"{before}\n{text.lstrip(chr(10))}" if before else text
    file["modified"] = state["now"]
    return _card(path, file)


def move_file(state: State, path: FilePath, to: FilePath) -> JsonValue:
    """Move or rename a file. `to` is its whole new path, and must be free."""
    file = found(state, "files", path)
    _free(state, to)
    del state["files"][path]
    state["files"][to] = file
    return _card(to, file)


def delete_file(state: State, path: FilePath) -> JsonValue:
    """Delete a file for good; it cannot be brought back."""
    found(state, "files", path)
    del state["files"][path]
    return {"deleted": path}


def _within(state: State, folder: str) -> list[tuple[str, State]]:
    inside = f"{folder.rstrip('/')}/"
    return sorted(
        (path, file) for path, file in collection(state, "files").items() if path.startswith(inside)
    )


def _card(path: str, file: State) -> dict[str, JsonValue]:
    return {"path": path, "modified": file["modified"], "size": len(file["text"])}


def _free(state: State, path: str) -> None:
    if path in collection(state, "files"):
        raise Refused(
            phrase(state, "There is already a file {path}.", "文件 {path} 已经存在。", path=repr(path))
        )


FILE_TOOLS = (
    reads(list_files),
    reads(read_file),
    reads(search_files),
    writes(write_file),
    writes(append_file),
    writes(move_file),
    writes(delete_file),
)
