"""Rows to train on, to validate on and for the last look: none in two parts."""

import pytest
import torch

from dlfaq.sim import Replicates, digits
from dlfaq.sim.training_data import Data, load

SIZES = {
    "digits": (1200, 597, 64, 10),
    "cancer": (379, 190, 30, 2),
    "wine": (119, 59, 13, 3),
    "diabetes": (295, 147, 10, 1),
}


def fresh(count=2):
    return Replicates("data", range(count))


@pytest.mark.parametrize("name", sorted(SIZES))
def test_sizes_are_those_of_the_docstring(name):
    """Rows, features and classes."""
    data = load(fresh(), name)
    x, y = data.open_test()

    assert (len(data), x.shape[1], data.features, data.classes) == SIZES[name]
    assert x.shape[0] == y.shape[0] == 2
    assert data.x_valid.shape[1] == 0


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", ["digits", "cancer", "wine"])
def test_no_row_is_in_two_parts(name, own):
    """Neither when all share the rows nor when each chooses its own."""
    data = load(fresh(), name, train=60, valid=30, own=own, scale="raw")
    x, _ = data.open_test()
    for r in range(2):
        parts = [{tuple(row) for row in part[r].tolist()} for part in (data.x, data.x_valid, x)]
        assert (len(parts[0]), len(parts[1])) == (60, 30)
        assert parts[0] & parts[1] == parts[0] & parts[2] == parts[1] & parts[2] == set()


def test_validation_leaves_the_rest_for_training_and_takes_at_most_a_third():
    """200 of the digits; of wine's 119 rows, 39."""
    assert [len(load(fresh(), name, valid=200)) for name in ("digits", "wine")] == [1000, 80]
    assert load(fresh(), "wine", valid=200).x_valid.shape[1] == 39


def test_scales_of_digits():
    """As the hand-written simulations scaled them."""
    whole = digits(centred=True)
    x = {
        scale: load(fresh(1), scale=scale).x[0] for scale in ("standard", "centred", "unit", "raw")
    }

    assert torch.equal(x["standard"], whole.x / whole.x.std())
    assert torch.equal(x["centred"], whole.x)
    assert torch.equal(x["unit"], digits().x)
    assert torch.equal(x["raw"], 16 * digits().x)
    by_pixel = load(fresh(1), scale="feature").x[0]
    assert set(by_pixel.std(0).mul(1e3).round().tolist()) == {
        0.0,
        1000.0,
    }  # some pixels are always 0


@pytest.mark.parametrize("name", ["cancer", "wine"])
def test_tables_are_scaled_feature_by_feature(name):
    """Mean 0 and standard deviation 1, or 0 to 1, on the rows that are not for the test."""
    standard = load(fresh(1), name)
    torch.testing.assert_close(
        standard.x[0].mean(0), torch.zeros(standard.features), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        standard.x[0].std(0), torch.ones(standard.features), atol=1e-5, rtol=0
    )
    unit = load(fresh(1), name, scale="unit")
    assert (unit.x.min(), unit.x.max()) == (0, 1)
    x, _ = unit.open_test()
    assert x.max() > 1  # the test rows have not been asked


def test_labels_as_numbers():
    """Mean 0, standard deviation 1, the order of the digits kept."""
    data, classes = load(fresh(1), numbers=True), load(fresh(1)).y[0]

    assert data.classes == 1
    assert data.y[0].mean().abs() < 1e-5
    assert data.y[0].std().item() == pytest.approx(1, abs=1e-3)
    assert (data.y[0][classes == 9] > data.y[0][classes == 8].max()).all()


def test_inputs_can_be_mapped_while_the_test_part_stays_closed():
    """In all three parts."""
    data = load(fresh(1), valid=100)
    double = data.mapped(lambda x: 2 * x)
    x, _ = data.open_test()

    assert torch.equal(double.x, 2 * data.x)
    assert torch.equal(double.x_valid, 2 * data.x_valid)
    assert not double.opened
    assert torch.equal(double.open_test()[0], 2 * x)


def test_data_of_ones_own():
    """Two pairs are enough."""
    x, y = torch.randn(2, 5, 3), torch.zeros(2, 5, dtype=torch.int64)
    data = Data((x, y), (x, y), classes=2)

    assert (len(data), data.features, data.x_valid.shape) == (5, 3, (2, 0, 3))


def test_an_unknown_name_is_refused():
    """With those that there are."""
    with pytest.raises(ValueError, match="'mnist'; there are digits, parity"):
        load(fresh(), "mnist")
