"""A plot on a page: it draws what was measured, and no text of an entry becomes markup in it."""

import json
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.evidence.record import Line
from dlfaq.site.figures.labels import HIGH, LETTERS, spread, wrapped
from dlfaq.site.figures.plot import (
    BOTTOM,
    LEFT,
    RIGHT,
    ROWS,
    TOP,
    WIDTH,
    Plotted,
    draw_plot,
    tables,
)
from dlfaq.site.safe import allowed

REAL = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))


def line(label="tanh", x=(0.0, 1.0, 2.0), median=(1.0, 3.0, 2.0), low=None, high=None) -> Line:
    """A line; without `low` and `high` its replicates agree."""
    return Line(label, x, median, low or median, high or median)


def numbers(points: str) -> list[tuple[float, float]]:
    """The corners of a polyline."""
    return [tuple(map(float, pair.split(","))) for pair in points.split()]


def drawn(plot: Plotted) -> ElementTree.Element:
    """The figure as a tree: it is well-formed."""
    return ElementTree.fromstring(draw_plot(plot))


def test_a_line_runs_through_its_medians():
    """From the left edge to the right one; what is more lies higher."""
    (curve,) = drawn(Plotted("p", "z", (), (line(),))).iter("polyline")
    corners = numbers(curve.get("points"))

    assert [x for x, _ in corners] == [LEFT, (LEFT + RIGHT) / 2, RIGHT]
    assert corners[1][1] < corners[2][1] < corners[0][1]
    assert all(TOP <= y <= BOTTOM for _, y in corners)


def test_a_logarithmic_axis():
    """Equal factors are equal distances, on both axes."""
    found = line(x=(1.0, 10.0, 100.0), median=(1.0, 100.0, 10000.0))
    (curve,) = drawn(Plotted("p", "z", ("x", "y"), (found,))).iter("polyline")
    (x1, y1), (x2, y2), (x3, y3) = numbers(curve.get("points"))

    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.2)


def test_the_swept_values_stand_at_the_axis():
    """Where they find room; a long curve has round values instead."""
    few = drawn(Plotted("p", "z", ("x",), (line(x=(16.0, 17.0, 1024.0)),)))
    many = drawn(Plotted("p", "z", (), (line(x=tuple(map(float, range(61))), median=(1.0,) * 61),)))
    texts = [[text.text for text in tree.iter("text")] for tree in (few, many)]

    assert {"16", "1024"} <= set(texts[0])
    assert "17" not in texts[0]
    assert {"0", "10", "60"} <= set(texts[1])


def test_the_spread_is_drawn_where_there_is_one():
    """And the caption says what it is."""
    spread = line("b", low=(0.5, 2.0, 1.0), high=(1.5, 4.0, 3.0))
    tree = drawn(Plotted("p", "z", (), (line("a"), spread)))

    assert len(list(tree.iter("polygon"))) == 1
    assert "80 %" in tree.find("figcaption").text
    assert tree.find("figcaption").text.endswith("The same in all replicates: a.")
    assert (
        drawn(Plotted("p", "z", (), (line(),))).find("figcaption") is None
    )  # no replicates in a formula


def test_words_for_who_cannot_see_it():
    """Every line is described, and the numbers stand in a table."""
    plot = Plotted("p", "z", (), (line(), line("relu", x=(5.0,), median=(7.0,))))
    described = drawn(plot).find(".//desc").text

    assert "tanh: from 1 at 0 to 2 at 2; least 1 at 0, most 3 at 1." in described
    assert [(table.head, table.groups[0].rows) for table in tables(plot)] == [
        (("z", "tanh"), (("0", "1"), ("1", "3"), ("2", "2"))),
        (("z", "relu"), (("5", "7"),)),
    ]


def test_a_plot_that_can_be_turned():
    """Every setting is drawn on the same axes; the first is shown, described and listed."""
    turned = [
        Line("a", (0.0, 1.0), (low, 2 * low), (low, low), (low, low), {"scale": low, "kind": "<b>"})
        for low in (1.0, 5.0)
    ]
    plot = Plotted("p", "z", (), tuple(turned))
    tree = drawn(plot)
    frames = list(tree.iter("g"))

    assert [json.loads(frame.get("data-at")) for frame in frames] == [line.at for line in turned]
    assert ["dl-off" in frame.get("class") for frame in frames] == [False, True]
    assert len(list(tree.iter("li"))) == 1
    assert tree.find("p").text == "scale = 1, kind = <b>"
    assert "from 1 at 0 to 2 at 1" in tree.find(".//desc").text
    assert next(tables(plot)).groups[0].title.startswith("At scale = 1,")
    assert "data-at" in allowed(draw_plot(plot))
    assert ["from 5 at 0 to 10 at 1" in frame.find("desc").text for frame in frames] == [
        False,
        True,
    ]


def test_shares_are_called_so():
    """And parameters are named in words."""
    plot = Plotted(
        "p", "weight_decay", (), (line(median=(0.0, 0.5, 1.0)),), "share of the runs", share=True
    )
    tree = drawn(plot)

    assert tree.find("figcaption").text == "Share of the replicates."
    assert "weight decay" in {text.text for text in tree.iter("text")}


def test_many_bands_are_faint():
    """Up to three can be told from each other as they are."""
    bands = [line(str(place), low=(0.5, 2.0, 1.0), high=(1.5, 4.0, 3.0)) for place in range(4)]
    classes = [
        [
            band.get("class")
            for band in drawn(Plotted("p", "z", (), tuple(bands[:count]))).iter("polygon")
        ]
        for count in (3, 4)
    ]

    assert not any("dl-faint" in one for one in classes[0])
    assert all("dl-faint" in one for one in classes[1])


TURNED = [
    Line("a", (0.0, 1.0), (low, 2 * low), (low, low), (low, low), {"step_size": low, "kind": kind})
    for low in (2.0, 0.5, 1.0)
    for kind in ("adam", "sgd")
]


@pytest.fixture
def turnable(chromium, built, tmp_path):
    """A page with a plot that can be turned, as a file."""
    page = chromium.new_page()
    figure = draw_plot(Plotted("turned", "z", (), tuple(TURNED)))
    style = (built / "assets" / "css" / "dlfaq.css").as_uri()
    script = (built / "assets" / "js" / "dlfaq.js").as_uri()
    file = tmp_path / "turned.html"
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{style}"><body><main '
        'class="md-typeset">'
        f'{figure}</main><script src="{script}"></script>'
    )
    page.goto(file.as_uri())
    yield page
    page.close()


def test_turning_a_plot(turnable):
    """A slider for numbers, by keyboard; a list for names; the words follow the picture."""
    page = turnable
    slider, choice = (
        page.get_by_role("slider", name="step size"),
        page.get_by_role("combobox", name="kind"),
    )
    shown = page.locator(".dl-frame:visible .dl-curve")
    before = shown.get_attribute("points")

    assert page.locator(".dl-frame:visible").count() == 1
    assert slider.get_attribute("aria-valuetext") == "2"
    assert slider.input_value() == "2"  # the third of 0.5, 1 and 2
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "1"
    assert page.locator("output").text_content() == "1"
    assert shown.get_attribute("points") != before
    assert "step size = 1, kind = adam" in page.locator("svg > desc").first.text_content()
    choice.select_option(label="sgd")
    assert "step size = 1, kind = sgd" in page.locator("svg > desc").first.text_content()
    assert page.locator(".dl-frame:visible").count() == 1


def test_nothing_moves_when_the_knobs_come(chromium, built, turnable):
    """The sentence without a script has the height of the knobs with it."""
    with_knobs = turnable.locator(".dl-svg").first.bounding_box()["y"]
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(turnable.url)
    without = page.locator(".dl-svg").first.bounding_box()["y"]
    context.close()

    assert without == pytest.approx(with_knobs, abs=2)


def test_a_long_table_is_thinned():
    """From the first place to the last."""
    x = tuple(map(float, range(61)))
    rows = next(tables(Plotted("p", "z", (), (line(x=x, median=x),)))).groups[0].rows

    assert len(rows) == ROWS
    assert (rows[0], rows[-1]) == (("0", "0"), ("60", "60"))


def test_labels_are_text():
    """Of an entry's."""
    plot = Plotted("p", "<i>z</i>", (), (line("<script>alert(1)</script> | a"),))

    assert "<script" not in draw_plot(plot)
    assert "<i>" not in draw_plot(plot)


def test_lines_are_named_at_their_ends():
    """In their order, in their colours, as high as they end, and never one on the other."""
    ends = (1.0, 1.02, 3.0)
    plot = Plotted("p", "z", (), tuple(line(f"line {end}", median=(0.0, 1.0, end)) for end in ends))
    named = [text for text in drawn(plot).iter("text") if "dl-label" in text.get("class")]
    heights = [float(text.get("y")) for text in named]

    assert [text.text for text in named] == ["line 1.0", "line 1.02", "line 3.0"]
    assert [text.get("class").split()[-1] for text in named] == ["dl-s1", "dl-s2", "dl-s3"]
    assert all(RIGHT < float(text.get("x")) < WIDTH for text in named)
    assert heights[0] - heights[1] >= HIGH - 0.2
    assert heights[2] < heights[1]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=16))
def test_names_never_cover_each_other(wanted):
    """In the order of the lines, within the picture as long as there is room."""
    found = spread(wanted, [HIGH] * len(wanted), (0, 300))
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])

    assert all(found[b] - found[a] >= HIGH - 1e-6 for a, b in pairwise(order))
    assert all(HIGH / 2 - 1e-6 <= one <= 300 - HIGH / 2 + 1e-6 for one in found)


@given(st.text(max_size=80))
def test_long_names_are_wrapped(name):
    """In rows that fit."""
    assert all(len(row) <= LETTERS for row in wrapped(name))
    assert wrapped("400 numbers that are averaged") == ["400 numbers that are", "averaged"]


@given(
    st.lists(st.lists(st.tuples(REAL, REAL), min_size=1, max_size=6), min_size=1, max_size=8),
    st.sampled_from([(), ("y",), ("x", "y")]),
)
def test_whatever_was_measured_can_be_drawn(found, log):
    """Inside the figure."""
    lines = tuple(
        line(str(place), *map(tuple, zip(*sorted(points), strict=True)))
        for place, points in enumerate(found)
    )
    plot = Plotted("p", "z", log, lines)
    tree = drawn(plot)

    for curve in tree.iter("polyline"):
        assert all(
            LEFT - 0.1 <= x <= RIGHT + 0.1 and 0 <= y <= BOTTOM + 0.1
            for x, y in numbers(curve.get("points"))
        )
