"""A fence names what is drawn: it holds no number, and it can show only what was measured."""

import pytest

from dlfaq.knowledge.load import load_faq
from dlfaq.site.drawn import _drawing, draw
from dlfaq.site.figures import kinds
from dlfaq.site.figures.fence import Drawing, fence
from dlfaq.site.figures.kinds import Kind
from dlfaq.site.pages import known_of


@pytest.fixture(scope="module")
def drawing(root) -> Drawing:
    return Drawing(known_of(load_faq(root)))


def inside(markdown: str) -> str:
    return markdown.split("\n")[1]


def test_a_reference_is_drawn_from_the_evidence(drawing):
    """The same claim, the same number as in its file."""
    source = inside(fence("claim", "averaging", "more-help"))
    measured = drawing.known.evidence["averaging"].claims["more-help"].own.points[0]

    assert source == "claim: averaging/more-help"
    assert f"{measured.estimate:.3g}" in drawing(source)
    assert drawing(source).startswith("<figure")
    assert drawing.as_markdown(source) == ""


def test_numbers_are_a_table_in_markdown_too(drawing):
    source = inside(fence("numbers", "averaging", "more-help"))

    assert drawing(source).count("<tr>") == 1 + 4
    assert drawing.as_markdown(source).startswith("| setting | measured |")
    assert "4 × longer (holds too)" in drawing(source)
    assert drawing(source).index("shared noise") < drawing(source).index(
        "few steps"
    )  # as the claim has them


def test_a_plot_has_a_picture_numbers_and_a_thumbnail(drawing):
    for kind, begins in (("plot", "<figure"), ("plot-numbers", "<table"), ("thumbnail", "<svg")):
        assert drawing(inside(fence(kind, "averaging", "1"))).startswith(begins)


def test_a_generator_may_read_the_configuration_alone(root, monkeypatch):
    """Then the figures are those of the FAQ in whose folder it runs."""
    monkeypatch.chdir(root)
    _drawing.cache_clear()

    assert draw(inside(fence("claim", "averaging", "more-help"))).startswith("<figure")
    _drawing.cache_clear()


@pytest.mark.parametrize(
    "source",
    [
        "", "{}", "<script>", "claim", "claim: ", "claim: averaging", "claim: averaging/nothing",
        "claim: hostile/noise-falls", "plot: averaging/0", "plot: averaging/-1",
        "plot: averaging/2", "plot: averaging/x", "nothing: averaging/more-help",
        "claim: averaging/more-help/x", "claim: averaging/more-help\nclaim: averaging/more-help",
        '{"panels": []}',
    ],
)  # fmt: skip
def test_what_names_no_figure_is_shown_as_text(drawing, source):
    """Nothing else is ever drawn, and nothing of it obeyed."""
    assert drawing(source).startswith("<pre><code>")
    assert "<script" not in drawing(source)
    assert drawing.as_markdown(source) == ""


def test_a_new_kind_is_one_record(drawing, monkeypatch):
    """Nothing else has to know of it."""
    toy = Kind(
        lambda known, entry: f"<p>{len(known.entry(entry).claims)}</p>",
        lambda _, entry: f"toy of {entry}",
    )
    monkeypatch.setitem(kinds.KINDS, "toy", toy)
    source = inside(fence("toy", "averaging"))

    assert drawing(source) == "<p>4</p>"
    assert drawing.as_markdown(source) == "toy of averaging"
