"""Gradients along a line, against autograd."""

import torch
from sims.depth.residual_shattering import residual_shattering

from dlfaq.sim import Replicates


def by_autograd(kind, *, normalize):
    """Outputs and gradients at 40 points of a network of three layers and 8 units."""
    replicates = Replicates("residual_shattering", [6])
    weights = replicates.normal("weights", 3, 8, 8)[0] * (2 / 8) ** 0.5
    first, bias, last = (
        replicates.normal(name, *shape)[0]
        for name, shape in (("first", (1, 8)), ("bias", (1, 8)), ("last", (8, 1)))
    )
    t = torch.linspace(-2, 2, 40)[:, None].requires_grad_()
    h = torch.relu(t * first + bias)
    for w in weights:
        a = h @ w.T
        if normalize:
            a = (a - a.mean(0).detach()) / a.std(0).detach()
        h = torch.relu(a) if kind == "plain" else h + torch.relu(a) / 3**0.5
    values = (h @ last / 8**0.5)[:, 0]
    return values.detach(), torch.autograd.grad(values.sum(), t)[0][:, 0]


def correlation(curve, places):
    """The plain formula, with one mean for the whole curve."""
    c = curve - curve.mean()
    return (c[:-places] @ c[places:]) / (c[:-places].norm() * c[places:].norm())


def test_correlations_are_those_of_autograd():
    """All kinds, with and without normalization."""
    for kind in ("plain", "scaled"):
        for normalize in (True, False):
            given = {"kind": kind, "normalize": normalize, "layers": 3, "points": 40, "width": 8}
            measured = residual_shattering(Replicates("residual_shattering", [6]), **given)
            values, gradients = by_autograd(kind, normalize=normalize)
            expected = {
                "neighbours": correlation(gradients, 1),
                "apart": correlation(gradients, 16),
                "values": correlation(values, 1),
            }

            for metric, value in expected.items():
                torch.testing.assert_close(measured[metric][0], value, rtol=1e-3, atol=1e-4)
