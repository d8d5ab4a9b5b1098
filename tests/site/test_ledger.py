"""The ledger: every statement with its ruling, and those that wait for one."""

import re
from pathlib import Path

from dlfaq.knowledge.entry import Answer, Document, Entry, Faq, Planned, SourceStatement
from dlfaq.site.ledger import ledger
from dlfaq.site.shared import Known


def entry(name: str, *sources: SourceStatement) -> Entry:
    """An entry of which only the sources matter."""
    return Entry(
        name, f"What is {name}?", ("training",), Answer(""), {}, (), Path(name), sources=sources
    )


FAQ = Faq(
    root=Path(),
    entries=(
        entry("one", SourceStatement("notes", "Noise is zero.", "false", "L17", "No.", ("mean",))),
        entry(
            "two",
            SourceStatement("notes", "Noise is small.", "conditional", "L9", "If.", page=True),
        ),
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
        Planned(
            "four", "What is four?", ("training",), (), (SourceStatement("talk", "Four.", ""),)
        ),
    ),
)


def test_every_statement_stands_in_the_order_of_its_document():
    """By the numbers of its place, with its ruling; missing ones are shown as missing."""
    page = ledger(Known(FAQ, {}))
    notes = page.partition("{ #notes }")[2].partition("## ")[0]

    assert re.findall(r"^- \*(\w+)\*", notes, re.MULTILINE) == ["conditional", "missing", "false"]
    assert "3 statements: 1 conditional, 1 false, 1 missing." in notes
    assert (
        "Noise is zero. (L17)  \n  No.  \n" in notes
    )  # with the reason, which no other page may have
    assert "Nothing is ruled on yet." in page.partition("{ #empty }")[2]
    assert "1 statement: 1 missing." in page.partition("{ #talk }")[2]


def test_a_ruling_leads_to_its_entry_and_claims():
    """A missing one leads to its question among the planned ones."""
    page = ledger(Known(FAQ, {}))

    assert "(questions/one.md), shown by [mean](questions/one.md#mean)" in page
    assert "(questions/two.md#sources)" in page  # on whose page it stands
    assert "(questions/three.md" not in page
    assert "Planned: [What is four?](questions/index.md#four)" in page


def test_the_counts():
    """A column a ruling that occurs, a row a document."""
    page = ledger(Known(FAQ, {}))

    assert "| Document | conditional | false | missing | statements |" in page
    assert "| [Notes](#notes) | 1 | 1 | 1 | 3 |" in page
    assert "(#talk) |  |  | 1 | 1 |" in page
