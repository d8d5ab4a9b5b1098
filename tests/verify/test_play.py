"""What a figure and a table show of one run."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from dlfaq.verify.play import Played, draw


@pytest.fixture
def played():
    """A curve over geometric rates, a share, a constant, and a number over many powers of ten."""
    rng = np.random.default_rng(0)
    return Played(
        "toy",
        {},
        40,
        {
            "spread": 10.0 ** rng.uniform(-6, 0, 40),
            "right": rng.uniform(0.2, 1, 40),
            "same": np.full(40, 3.0),
            "loss": 10.0 ** np.linspace(0, -6, 5) * rng.uniform(1, 2, (40, 5)),
        },
        {"loss": ("rate", 2.0 ** np.arange(5))},
        {
            "spread": "norm of the gradient.",
            "right": "share of the images, in [0, 1].",
            "same": "numbers that are kept.",
            "loss": "at each rate, in nats; at most 10.",
        },
    )


@pytest.fixture
def panels(played, tmp_path, monkeypatch):
    """The axes of the figure, by their metric."""
    kept = []
    monkeypatch.setattr(plt, "close", kept.append)
    draw(played, tmp_path / "figure.svg")
    found = [ax for ax in kept[0].axes if ax.get_visible()]
    monkeypatch.undo()
    plt.close(kept[0])
    return found


def test_curves_come_first_over_their_axis(panels):
    """With a band over the replicates; many powers of ten are on a logarithmic axis."""
    curve = panels[0]
    assert curve.get_xlabel() == "rate"
    assert curve.get_ylabel() == "loss, in nats"
    assert (curve.get_xscale(), curve.get_yscale()) == ("log", "log")
    assert len(curve.collections) == 1  # the band
    assert list(curve.lines[0].get_xdata()) == [1, 2, 4, 8, 16]


def test_a_number_is_a_distribution_with_its_mean(panels, played):
    """Never values over the numbers of the replicates."""
    by_label = {ax.get_xlabel(): ax for ax in panels[1:]}
    assert set(by_label) == {"spread", "right", "same"}
    right = by_label["right"]
    assert sum(bar.get_height() for bar in right.patches) == 40
    assert right.lines[0].get_xdata()[0] == pytest.approx(played.metrics["right"].mean())
    assert by_label["spread"].get_xscale() == "log"
    assert not by_label["same"].patches  # one point
    assert all(ax.get_ylabel() != "replicate" for ax in panels)


def test_the_table_has_units_and_ranges(played):
    """As the docstring states them; intervals stay inside of the range."""
    rows = {row[0]: row for row in played.rows()}
    assert rows["right"][-1] == "share, 0 to 1"
    assert rows["loss[rate=16]"][-1] == "nats, at most 10"
    assert rows["spread"][-1] == ""
    _, (low, high), _ = played.summary("right", np.full(40, 1.0))
    assert low > 0.8
    assert high == 1


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("doc", "ends"),
    [
        ("loss, in nats, at least 0.", "at least "),
        ("logarithm of a share, at most 0.", "at most "),
        ("any number.", "needs 6 that differ"),
    ],
)
def test_a_few_values_bound_the_mean_on_one_side(tmp_path, count, doc, ends):
    """The table says so, and a figure is drawn."""
    values = np.linspace(-1, -0.5, count) if "most" in doc else np.linspace(0.5, 1, count)
    played = Played("toy", {}, count, {"loss": values}, {}, {"loss": doc})
    assert played.rows()[1][2].startswith(ends)
    draw(played, tmp_path / "figure.svg")
    assert (tmp_path / "figure.svg").is_file()
