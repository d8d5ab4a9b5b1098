"""Exact cases of training from the flat part of tanh and sigmoid."""

import torch
from sims.activations.saturated_training import saturated_training

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load

STILL = {"lr": 0.0, "steps": 1}


def measured(count=2, **parameters):
    return saturated_training(Replicates("saturated_training", range(count)), **parameters)


def test_flat_by_hand():
    """Share of the validation images and units whose |tanh| is above tanh(2)."""
    weight = []

    class Spy(Replicates):
        def stack(self, name, make):
            net = super().stack(name, make)
            weight.append(net.weights()["0.weight"].detach().clone())
            return net

    flat = saturated_training(Spy("saturated_training", range(2)), gain=2.0, **STILL)["flat"]
    x = load(Replicates("saturated_training", range(2)), "digits", valid=200).x_valid
    for one, rows, share in zip(weight[0], x, flat, strict=True):
        count = sum(int((one @ row).abs().gt(2).sum()) for row in rows)
        assert abs(share - count / (200 * 32)) < 1e-3


def test_a_sigmoid_is_as_flat_as_tanh_at_half_its_input():
    """sigmoid(2 a) = (1 + tanh(a)) / 2, so the same outputs are flat."""
    sigmoid = measured(activation="sigmoid", layers=1, gain=4.0, **STILL)["flat"]
    tanh = measured(activation="tanh", layers=1, gain=2.0, **STILL)["flat"]

    assert torch.all(tanh > 0.1)
    torch.testing.assert_close(sigmoid, tanh, rtol=0, atol=2e-3)


def test_spread_and_gain_do_the_same():
    """Twice the inputs, or twice the first weights."""
    wide = measured(layers=1, gain=1.0, spread=2.0, **STILL)["flat"]
    large = measured(layers=1, gain=2.0, **STILL)["flat"]

    torch.testing.assert_close(wide, large)


def test_accuracy_is_that_of_the_test_rows():
    """An output raised by 50 calls every digit odd, and so is right on the odd ones."""
    _, y = load(Replicates("y", range(1)), "parity", valid=200).open_test()
    right = measured(data="parity", head="logits", start=50.0, **STILL)["accuracy"]

    torch.testing.assert_close(right.double(), y.double().mean().expand(2))


def test_square_error_moves_by_the_slope():
    """Its gradient is 2 p (1 - p) times that of cross-entropy, for one logit of 8: 0.00067."""
    how = {"data": "parity", "layers": 1, "start": 8.0, "lr": 1.0, "steps": 1}
    squares, logits = (measured(head=head, **how)["first_move"] for head in ("squares", "logits"))

    assert torch.all((squares / logits > 0.0003) & (squares / logits < 0.0015))


def test_both_cross_entropies_are_one_while_nothing_rounds():
    """BCELoss of the sigmoid undoes the sigmoid's slope."""
    how = {"data": "parity", "layers": 1, "steps": 1}
    one, other = (measured(head=head, **how)["first_move"] for head in ("logits", "probabilities"))

    torch.testing.assert_close(one, other, rtol=1e-4, atol=0)


def test_a_rate_of_zero_changes_nothing():
    """Neither weights nor the share of flat units."""
    still = measured(**STILL)

    assert torch.all(still["changed"] == 0)
    torch.testing.assert_close(still["flat"], still["flat_end"])
