"""The ledger: every statement with its ruling, and those that wait for one."""

import re
from pathlib import Path

from dlfaq.knowledge.entry import Claim, Document, Entry, Faq, Planned, SourceStatement
from dlfaq.site.ledger import ledger


def entry(name: str, *sources: SourceStatement) -> Entry:
    """An entry of which only the sources matter."""
    return Entry(name, f"What is {name}?", ("training",), "", "", tuple[Claim](), Path(name), sources=sources)


FAQ = Faq(
    root=Path(),
    entries=(
        entry("one", SourceStatement("notes", "Noise is zero.", "false", "L17", "No.", ("mean",))),
        entry("two", SourceStatement("notes", "Noise is small.", "conditional", "L9", "If.")),
    ),
    topics={"training": "Training"},
    documents={
        "notes": Document("notes", "Notes"),
        "talk": Document("talk", "A *talk*"),
        "empty": Document("empty", "Nothing"),
    },
    planned=(
        Planned(
            "three",
            "What | is <three>?",
            ("training",),
            (),
            (SourceStatement("notes", "Three is *next*.", "", "L12-13"),),
        ),
        Planned("four", "What is four?", ("training",), (), (SourceStatement("talk", "Four.", ""),)),
    ),
)


def test_every_statement_stands_in_the_order_of_its_document():
    """By the numbers of its place, with its ruling; missing ones are shown as missing."""
    page = ledger(FAQ)
    notes = page.partition("{ #notes }")[2].partition("## ")[0]

    assert re.findall(r"^- \*(\w+)\*", notes, re.MULTILINE) == ["conditional", "missing", "false"]
    assert "3 statements: 1 conditional, 1 false, 1 missing." in notes
    assert "Nothing is ruled on yet." in page.partition("{ #empty }")[2]
    assert "1 statement: 1 missing." in page.partition("{ #talk }")[2]


def test_a_ruling_leads_to_its_entry_and_claims():
    """A missing one leads to its question among the planned ones."""
    page = ledger(FAQ)

    assert "(questions/one.md#sources), shown by [mean](questions/one.md#mean)" in page
    assert "(questions/three.md" not in page
    assert "Planned: [What is four?](questions/index.md#four)" in page


def test_the_counts():
    """A column a ruling that occurs, a row a document."""
    page = ledger(FAQ)

    assert "| Document | conditional | false | missing | statements |" in page
    assert "| [Notes](#notes) | 1 | 1 | 1 | 3 |" in page
    assert "(#talk) |  |  | 1 | 1 |" in page
