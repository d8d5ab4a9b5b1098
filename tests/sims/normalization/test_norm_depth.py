"""Depth where the answer is known, and one network against plain PyTorch."""

import torch
from sims.normalization.norm_depth import Block, norm_depth
from torch import nn

from dlfaq.sim import Replicates


def sim(**given):
    return norm_depth(
        Replicates("norm_depth", range(2)), **{"width": 16, "examples": 8, "layers": 4, **given}
    )


def test_without_normalization_the_signal_is_a_power_of_the_gain():
    """ReLU layers without biases are homogeneous: twice the gain is 2^L times the output, and the gradient too."""
    once, twice = sim(normalize="none", gain=1.0), sim(normalize="none", gain=2.0)

    torch.testing.assert_close(twice["rms"], 16 * once["rms"])
    torch.testing.assert_close(twice["factor"], 2 * once["factor"])
    torch.testing.assert_close(twice["first_over_last"], once["first_over_last"])


def test_curves_end_in_the_numbers():
    measured = sim(normalize="batch")

    assert torch.equal(measured["signal"][:, -1], measured["rms"])
    torch.testing.assert_close(measured["factor"], measured["gradient"][:, 0] ** 0.25)


def test_a_replicate_is_an_ordinary_network():
    """Drawn by hand with the same seeds: forward, backward and the cosines of a plain nn.Sequential."""
    replicates = Replicates("norm_depth", [1])
    h = replicates.normal("inputs", 8, 16)[0].requires_grad_()
    above = replicates.normal("gradient", 8, 16)[0]
    blocks = [Block("batch", 16, 1.4142135, skip=False) for _ in range(4)]
    for number, block in enumerate(blocks):
        stacked = replicates.stack(
            f"block {number}", lambda: Block("batch", 16, 1.4142135, skip=False)
        )
        block.load_state_dict(
            {name: value[0] for name, value in stacked.weights().items()}, strict=False
        )
    out = nn.Sequential(*blocks)(h)
    out.backward(above)

    measured = sim(normalize="batch")

    torch.testing.assert_close(measured["rms"][1].float(), out.detach().square().mean().sqrt())
    torch.testing.assert_close(
        measured["factor"][1].float(), (h.grad.norm() / above.norm()) ** 0.25
    )
    ratio = blocks[0].linear.weight.grad.norm() / blocks[-1].linear.weight.grad.norm()
    torch.testing.assert_close(measured["first_over_last"][1].float(), ratio)
    cosines = torch.cosine_similarity(out[:, None], out[None], dim=2)
    torch.testing.assert_close(
        measured["alike"][1], cosines[~torch.eye(8, dtype=torch.bool)].mean().detach()
    )
