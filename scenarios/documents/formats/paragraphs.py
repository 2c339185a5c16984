"""Paragraphs out of the lines of printed pages.

A paragraph ends where the lines stand apart, where the size of the letters changes, where a line is indented,
or where the next word would still have fitted. Lines of words are joined by a space, those of Chinese by
nothing; a hyphen at the end of a line goes where the rest of the text writes the word without it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scenarios.documents.formats.lines import Cell, Line, is_wide, width

