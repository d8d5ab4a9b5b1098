"""Images of a circle whose length is known."""

import torch
from sims.depth.depth_tangle import depth_tangle

from dlfaq.sim import Replicates


def sim(**given):
    return depth_tangle(Replicates("depth_tangle", range(3)), **given)


def test_no_layer_leaves_a_circle():
    """Its length is 2 pi radii, by both measures: the ratio to itself is 1."""
    measured = sim(layers=0)

    torch.testing.assert_close(measured["stretch"], torch.ones(3, dtype=torch.float64))
    torch.testing.assert_close(measured["tangle"], torch.ones(3, dtype=torch.float64))


def test_scale_does_not_matter_to_a_homogeneous_network():
    """ReLU and linear networks without biases only rescale the image."""
    for activation in ("relu", "identity"):
        small, large = sim(activation=activation, gain=0.5), sim(activation=activation, gain=5.0)
        torch.testing.assert_close(small["stretch"], large["stretch"])
        torch.testing.assert_close(small["tangle"], large["tangle"])


def test_the_image_of_a_line_cannot_be_longer_than_its_folds():
    """A linear layer makes an ellipse.

    Its length over its size lies between 4 / (pi / sqrt 2) and 1 of a circle's.
    """
    tangle = sim(activation="identity", layers=1)["tangle"]

    assert ((2 * 2**0.5 / torch.pi < tangle) & (tangle <= 1)).all()


def test_tanh_of_small_weights_is_linear():
    """At a gain near 0 tanh is the identity."""
    torch.testing.assert_close(
        sim(gain=1e-3, layers=2)["tangle"],
        sim(activation="identity", layers=2)["tangle"],
        rtol=1e-4,
        atol=0,
    )
