"""The ledger: every statement with its ruling, and those that wait for one."""

import re
from dataclasses import replace
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


def pages() -> dict[str, str]:
    return dict(ledger(Known(FAQ, {})))


def test_every_statement_stands_in_the_order_of_its_document():
    """By the numbers of its place, with its ruling; those without one wait."""
    notes = pages()["sources/notes.md"]

    assert re.findall(r"^\| \*(\w+)\*", notes, re.MULTILINE) == ["conditional", "waiting", "false"]
    assert "3 statements: 1 conditional, 1 false, 1 waiting." in notes
    assert "L15 is line 15 of its text." in notes
    assert "| Noise is zero. | L17 |" in notes
    assert "\n    No.\n" in notes  # the reason, which no other page may have
    assert "Nothing is ruled on yet." in pages()["sources/empty.md"]
    assert "1 statement: 1 waiting." in pages()["sources/talk.md"]


def test_a_ruling_leads_to_its_entry_and_claims():
    """One that waits leads to the page of its question."""
    notes = pages()["sources/notes.md"]

    assert "(../questions/one.md) Shown by [mean](../questions/one.md#mean)." in notes
    assert "(../questions/three.md)" in notes
    assert "Planned: [What is four?](../questions/four.md)" in pages()["sources/talk.md"]


def test_statements_that_wait_in_a_row_share_one():
    """They open to a list of them all."""
    said = [SourceStatement("notes", f"Number {i}.", "", f"L{i}") for i in range(20, 24)]
    faq = replace(
        FAQ, planned=(*FAQ.planned, Planned("five", "Five?", ("training",), (), tuple(said)))
    )
    notes = dict(ledger(Known(faq, {})))["sources/notes.md"]

    assert "4 statements wait for entries that are not written yet. | L20 to L23 |" in notes
    assert "- Number 22. (L22, [planned](../questions/five.md))" in notes


def test_the_counts():
    """A column a ruling that occurs, a row a document."""
    page = pages()["sources/index.md"]

    assert "| document | conditional | false | waiting | statements |" in page
    assert "| [Notes](notes.md) | 1 | 1 | 1 | 3 |" in page
    assert "(talk.md) |  |  | 1 | 1 |" in page
