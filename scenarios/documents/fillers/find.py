"""Which filler a name means."""

from pathlib import Path

from scenarios.documents.document import CannotMake, Filler, Tokenizer
from scenarios.documents.fillers.natural import folder_prose, python_docs
from scenarios.documents.fillers.synthetic import synthetic_prose
from scenarios.documents.table import Prose, TableFiller
from scenarios.language import Language


def find_filler(name: str, language: Language, tokenizer: Tokenizer, cache: Path | None) -> Filler:
    """`synthetic`, `python-docs`, or the path of a folder with the user's own text files.

    Tables of counted sentences are kept in `cache`, or made again in each process when it is None.
    Raises `CannotMake` for a name that means nothing, and for files that cannot be used.
    """
    return TableFiller(_prose(name, language), tokenizer, cache)


def _prose(name: str, language: Language) -> Prose:
    if name == "synthetic":
        return synthetic_prose(language)
    if name == "python-docs":
        return python_docs(language)
    folder = Path(name)
    if folder.is_dir():
        return folder_prose(folder, language)
    raise CannotMake(
        f"no filler `{name}`: there are synthetic, python-docs (English), and paths of folders with texts"
    )
