"""Write the fault matrix into its page of the documentation."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.matrix import matrix, table

_PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_BEGIN, _END = "<!-- the matrix -->\n", "<!-- its end -->\n"


def main() -> None:
    with TemporaryDirectory() as folder:
        found = table(asyncio.run(matrix(Path(folder))))
    said = _PAGE.read_text("utf-8")
    before, _, rest = said.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    _PAGE.write_text(f"{before}{_BEGIN}\n{found}\n{_END}{after}", "utf-8")


if __name__ == "__main__":
    main()
