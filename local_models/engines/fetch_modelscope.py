"""ModelScope through its own client, which follows MODELSCOPE_ENDPOINT and MODELSCOPE_API_TOKEN.

Run by the Python of an environment that has modelscope_hub. ModelScope's listing names no commit: the hashes
of the files stand for it.
Usage: fetch_modelscope.py list REPO REVISION OUT.json
       fetch_modelscope.py get REPO REVISION FOLDER LIST.json
"""

import json
import sys
from pathlib import Path

from modelscope_hub import HubApi  # type: ignore[import-not-found,unused-ignore]  # not in our environment


def describe(repo: str, revision: str, out: Path) -> None:
    found = HubApi().list_repo_files(repo, "model", revision=revision)
    files = {one.path: {"bytes": one.size, "sha256": one.sha256} for one in found if one.type != "tree"}
    out.write_text(json.dumps({"commit": None, "files": files}), encoding="utf-8")


def get(repo: str, revision: str, folder: Path, listing: Path) -> None:
    names = list(json.loads(listing.read_text(encoding="utf-8"))["files"])
    HubApi().download_repo(repo, "model", revision=revision, local_dir=folder, allow_patterns=names)


if __name__ == "__main__":
    if sys.argv[1] == "list":
        describe(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        get(sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
