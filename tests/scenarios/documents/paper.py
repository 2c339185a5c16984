"""A tokenizer that counts words, and a little document of one's own: what the tests of documents share."""

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

_WORD = re.compile(r"\S+|[\u4e00-\u9fff]")

TEXT = """\
# Chapter one

The pump was bought on 3 May 2026 for 4,200 crowns. Its keeper is Ada Brandt.

# Chapter two

Ada Brandt is called the warden in what follows. The pump stands in hall 3.

# Chapter three

Correction: the pump stands in hall 7 now. The hoses cost 300 crowns.

# Chapter four

The warranty lasts 24 months. In the annex the warranty lasts 36 months. The lamps cost 50 crowns.
"""

SCENARIO = """\
title: A pump and its papers
document: {file: paper.md, split: 20}
segments:
  - id: price
    user: What did the pump cost?
    evidence: ["for 4,200 crowns"]
    expect: {answer: {number: 4200}}
  - {id: colour, user: "What colour is the pump?", expect: {answer: null}}
  - id: summary
    user: Summarise the paper.
    expect: {summary: summary.md, points: [{text: Ada Brandt}, {number: 7}]}
facts:
  - id: hall
    kind: update
    ask: ["In which hall does the pump stand?", "Where is the pump?", "Which hall holds the pump?"]
    values:
      - {answer: {number: 3}, evidence: ["The pump stands in hall 3"]}
      - {answer: {number: 7}, evidence: ["the pump stands in hall 7 now"]}
  - id: warden
    kind: entity
    ask: ["Who is the warden?"]
    evidence: ["Its keeper is Ada Brandt", "called the warden"]
    answer: {text: Ada Brandt}
  - id: warranty
    kind: contradiction
    ask: ["How long does the warranty last?"]
    values:
      - {answer: {text: 24 months}, evidence: ["The warranty lasts 24 months"]}
      - {answer: {text: 36 months}, evidence: ["the warranty lasts 36 months"]}
  - id: costs
    kind: ledger
    ask: ["What do hoses and lamps cost together?"]
    entries:
      - {id: hoses, amount: 300, ask: "What do the hoses cost?", evidence: ["The hoses cost 300"]}
      - {id: lamps, amount: 50, ask: "What do the lamps cost?", evidence: ["The lamps cost 50"]}
"""


class Words:
    """Counts words; Chinese characters count one each."""

    identity = "words 1"

    def counts(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def tail(self, text: str, tokens: int) -> str:
        found = list(_WORD.finditer(text))[-tokens:] if tokens else []
        return text[found[0].start() :] if found else ""


def paper_suite(folder: Path, scenario: str = SCENARIO, text: str = TEXT) -> Path:
    """A suite with one scenario on one paper; returns the suite's folder."""
    place = folder / "papers" / "paper"
    place.mkdir(parents=True)
    (place.parent / "suite.yaml").write_text("title: Papers\nlayout: [single, segmented]\n", "utf-8")
    (place / "scenario.yaml").write_text(dedent(scenario), "utf-8")
    (place / "paper.md").write_text(text, "utf-8")
    (place / "summary.md").write_text("Ada Brandt keeps a pump in hall 7.", "utf-8")
    return place.parent
