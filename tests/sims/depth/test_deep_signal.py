"""A deep untrained network beside plain PyTorch, and where its numbers are known."""

import pytest
import torch
from sims.depth.deep_signal import deep_signal
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates


def sim(numbers=(0, 1, 2), **given):
    return deep_signal(Replicates("deep_signal", numbers), **given)


def close(a, b, rtol=1e-9):
    torch.testing.assert_close(a, b, rtol=rtol, atol=0)


@pytest.mark.parametrize(
    "given",
    [
        {"activation": "relu"},
        {"activation": "tanh", "scale": 2.0, "skip": 0.5},
        {"activation": "sigmoid", "skip": 1.0, "scaled": True},
        {"activation": "identity", "normalize": "layer"},
        {"normalize": "batch", "skip": 1.0},
        {"activation": "sigmoid", "normalize": "layer", "where": "after"},
        {"second": True, "normalize": "layer", "where": "first", "skip": 1.0},
        {"second": True, "normalize": "layer", "where": "sum", "skip": 1.0},
        {"biases": "pytorch", "normalize": "layer"},
    ],
)
def test_it_equals_a_plain_network(given):
    """Forward and backward of one replicate, layer after layer with PyTorch's own functions."""
    measured = sim((5,), layers=4, width=16, gain=1.3, **given)
    drawn = Replicates("deep_signal", [5])
    draw = lambda name, *shape: drawn.normal(name, *shape)[0].double()  # noqa: E731
    weights = [w.requires_grad_() for w in (1.3 / 4 * draw("weights", 4, 16, 16)).unbind()]
    ends = draw("ends", 4, 16, 16) / 4
    biases = (2 * drawn.uniform("biases", 4, 16)[0].double() - 1) / 4
    biases = biases if given.get("biases") == "pytorch" else 0 * biases
    x = (given.get("scale", 1.0) * draw("inputs", 8, 16)).requires_grad_()
    f = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": nn.Identity()}
    f, skip = f[given.get("activation", "relu")], given.get("skip", 0.0)
    norms = {
        "none": nn.Identity(),
        "batch": lambda z: F.batch_norm(z, None, None, training=True),
        "layer": lambda z: F.layer_norm(z, (16,)),
    }

    def norm(z, place):
        here = place == given.get("where", "before")
        return norms[given.get("normalize", "none")](z) if here else z

    states = [x]
    for w, v, b in zip(weights, ends, biases, strict=True):
        out = norm(f(norm(F.linear(norm(states[-1], "first"), w, b), "before")), "after")
        out = out @ v.T if given.get("second") else out
        out = out / 2 if given.get("scaled") else out
        states.append(norm(skip * states[-1] + out, "sum"))
    above = draw("gradient", 8, 16)
    below, first, last = torch.autograd.grad(states[-1], (x, weights[0], weights[-1]), above)

    rms = [state.detach().square().mean().sqrt() for state in states]
    close(measured["signal"][0], torch.stack(rms[1:]))
    close(measured["size"][0], rms[-1] / rms[0])
    close(measured["passed"][0], below.norm() / above.norm())
    close(measured["first_gradient"][0], first.norm())
    close(measured["last_gradient"][0], last.norm())
    close(measured["kept"][0], F.cosine_similarity(below, above).mean())
    cosines = F.cosine_similarity(states[-1][:, None], states[-1][None], dim=2)
    off = ~torch.eye(8, dtype=torch.bool)
    torch.testing.assert_close(measured["alike"][0], cosines[off].mean().detach())


def test_the_curve_of_gradients_is_that_of_shorter_networks():
    """The gradient at the input of the third of three layers has come back through one."""
    measured = sim(layers=3, width=8, activation="tanh")

    close(measured["gradient"][:, 0], measured["passed"])
    assert torch.equal(measured["layer"], torch.tensor([1, 2, 3]))
    assert measured["gradient"].shape == measured["signal"].shape == (3, 3)


def test_orthogonal_linear_layers_change_no_length():
    """A product of orthogonal matrices is orthogonal; its gain is raised to the depth."""
    known = torch.full((3,), 2.0**7, dtype=torch.float64)
    measured = sim(layers=7, width=16, activation="identity", orthogonal=True, gain=2.0)

    close(measured["passed"], known)
    close(measured["expected"], known)
    close(measured["size"], known)


def test_he_preserves_the_mean_square():
    """Over many networks the squared ratios are (gain^2 / 2)^L on average, there and back."""
    measured = sim(range(512), layers=3, width=16)

    assert measured["size"].square().mean().item() == pytest.approx(1, abs=0.1)
    assert measured["passed"].square().mean().item() == pytest.approx(1, abs=0.1)
    assert measured["expected"].mean().item() == pytest.approx(1, abs=0.1)


def test_normalization_forgets_the_scale():
    """The size of the weights then does not matter; without it, it is raised to the depth."""
    for kind in ("batch", "layer"):
        small, large = (sim(layers=4, width=16, normalize=kind, gain=g) for g in (1.0, 100.0))
        close(small["passed"], large["passed"], rtol=2e-3)
    small, large = (sim(layers=4, width=16, gain=g)["size"] for g in (1.0, 2.0))
    close(large, 16 * small)
