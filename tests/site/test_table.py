"""Tables: data in, HTML and Markdown out, with nothing in them obeyed."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown
from tests.site.fenced import held, source

from dlfaq.site.fence import told, unwrap
from dlfaq.site.safe import allowed
from dlfaq.site.table import Group, Table, draw_table, table_from_json

TWO = Table(("side", "measured"), (Group("mean(a * b) < 1", (("claim", "0.5"),)), Group("", (("control", "2"),))), (1,))
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


def cells(markup: str) -> list[list[str]]:
    """The texts of each row."""
    return [["".join(cell.itertext()) for cell in row] for row in ElementTree.fromstring(markup).iter("tr")]


def test_groups_stand_under_their_titles():
    """A row for each, numbers to the right."""
    markup = draw_table(TWO)

    assert cells(markup) == [["side", "measured"], ["mean(a * b) < 1"], ["claim", "0.5"], ["control", "2"]]
    assert markup.count('colspan="2" scope="rowgroup"') == 1
    assert markup.count("text-align: right") == 3
    assert allowed(markup) == markup


def test_the_fence_holds_it():
    """And gives it back, as HTML for a page and as Markdown for who reads that."""
    assert table_from_json(held(TWO)["table"]) == TWO
    assert unwrap(source(TWO)) == draw_table(TWO)
    assert "mean(a \\* b) &lt; 1:\n\n| side | measured |" in told(source(TWO))
    assert "`mean(a * b) < 1`:\n" in told(source(replace(TWO, code=True)))
    assert told('{"id": "f", "panels": []}') == told("{") == ""


@given(st.lists(TEXT, min_size=1, max_size=3), TEXT)
def test_texts_are_texts(row, title):
    """Whatever they hold."""
    table = Table(tuple(row), (Group(title, (tuple(row),)),), (0,), code=True)
    shown = cells(allowed(unwrap(source(table))))

    assert shown[0] == shown[-1] == row
    assert len(shown) == 2 + bool(title)
    written = markdown(told(source(table)), extensions=["tables"])
    assert "<script" not in written
    assert table_from_json(json.loads(source(table))["table"]) == table


@pytest.mark.parametrize(
    "raw",
    [
        {"head": ["a"], "groups": [{"title": "", "rows": [["1", "2"]]}], "right": [], "code": False},
        {"head": ["a"], "groups": [{"rows": []}], "right": [], "code": False},
        {"head": 1, "groups": [], "right": [], "code": False},
        {},
    ],
)
def test_what_is_no_table(raw):
    """It is shown as it stands."""
    assert unwrap(json.dumps({"table": raw})).startswith("<pre><code>")
