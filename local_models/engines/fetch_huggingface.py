"""The Hugging Face Hub through its own client, which follows HF_ENDPOINT and HF_TOKEN.

Run by an engine's Python, which has huggingface_hub.
Usage: fetch_huggingface.py list REPO REVISION OUT.json
       fetch_huggingface.py get REPO COMMIT FOLDER LIST.json
"""

import json
import sys
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download


def describe(repo: str, revision: str, out: Path) -> None:
    info = HfApi().model_info(repo, revision=revision, files_metadata=True)
    files = {
        one.rfilename: {"bytes": one.size or 0, "sha256": one.lfs.sha256 if one.lfs else None}
        for one in info.siblings or ()
    }
    out.write_text(json.dumps({"commit": info.sha, "files": files}), encoding="utf-8")


def get(repo: str, commit: str, folder: Path, listing: Path) -> None:
    names = list(json.loads(listing.read_text(encoding="utf-8"))["files"])
    snapshot_download(repo, revision=commit, local_dir=folder, allow_patterns=names)


if __name__ == "__main__":
    if sys.argv[1] == "list":
        describe(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        get(sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
