"""`python -m larch` is the same as the installed `larch` command."""

import sys

from larch.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
