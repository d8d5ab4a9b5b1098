"""Tables: data in, HTML and Markdown out, with nothing in them obeyed."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown

from dlfaq.site.figures.table import Group, Table, draw_table, write_table
from dlfaq.site.safe import allowed

TWO = Table(
    ("setting", "measured"),
    (Group("At k = 1", (("own", "0.5"),)), Group("", (("raw", "2"),))),
    (1,),
)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


def cells(markup: str) -> list[list[str]]:
    """The texts of each row."""
    return [
        ["".join(cell.itertext()) for cell in row]
        for row in ElementTree.fromstring(markup).iter("tr")
    ]


def test_groups_stand_under_their_titles():
    """A row for each, numbers to the right."""
    markup = draw_table(TWO)

    assert cells(markup) == [["setting", "measured"], ["At k = 1"], ["own", "0.5"], ["raw", "2"]]
    assert markup.count('colspan="2" scope="rowgroup"') == 1
    assert markup.count("text-align: right") == 3
    assert allowed(markup) == markup


def test_in_markdown_each_group_is_a_table():
    assert "\n".join(write_table(TWO)).startswith(
        "At k = 1:\n\n| setting | measured |\n| --- | ---: |\n| own | 0.5 |\n"
    )


@given(st.lists(TEXT, min_size=1, max_size=3), TEXT)
def test_texts_are_texts(row, title):
    """Whatever they hold."""
    table = Table(tuple(row), (Group(title, (tuple(row),)),), (0,))
    shown = cells(allowed(draw_table(table)))

    assert shown[0] == shown[-1] == row
    assert len(shown) == 2 + bool(title)
    assert "<script" not in markdown("\n".join(write_table(table)), extensions=["tables"])
