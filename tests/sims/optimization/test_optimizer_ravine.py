"""Steps on a quadratic, against algebra."""

import torch
from sims.optimization.optimizer_ravine import optimizer_ravine

from dlfaq.sim import Replicates


def sim(**given):
    return optimizer_ravine(Replicates("optimizer_ravine", range(4)), **given)


def test_gradient_descent_shrinks_each_coordinate_by_its_own_factor():
    """w_j after T steps is w_j times the product of 1 - lr_t h_j."""
    measured = sim(optimizer="sgd", lowest=0.5, points=1, steps=10, condition=100.0)
    start = Replicates("optimizer_ravine", range(4)).normal("start", 20, dtype=torch.float64)
    h = torch.logspace(0, -1, 20, base=100.0, dtype=torch.float64)
    w = start.clone()
    for step in range(10):
        w = w * (1 - 0.5 * (1 - step / 10) * h)

    assert torch.allclose(measured["distance"], w.norm(dim=1) / start.norm(dim=1), rtol=1e-12)
    assert torch.allclose(measured["loss"], (h * w**2).sum(1) / (h * start**2).sum(1), rtol=1e-10)


def test_the_best_rate_of_the_grid_counts():
    """A grid is at least as good as its lowest rate; the second rate is twice the first."""
    grid = sim(optimizer="sgd", lowest=0.45, points=2, steps=50)
    low, high = (sim(optimizer="sgd", lowest=lr, points=1, steps=50)["loss"] for lr in (0.45, 0.9))

    assert torch.equal(grid["loss"], torch.minimum(low, high))


def test_a_round_bowl_looks_the_same_from_everywhere():
    """With one curvature a rotation is none, and one step of rate 1 ends at the bottom."""
    assert torch.allclose(
        sim(optimizer="momentum", lowest=0.5, condition=1.0, steps=20)["loss"],
        sim(optimizer="momentum", lowest=0.5, condition=1.0, steps=20, rotated=True)["loss"],
        rtol=1e-6,
    )
    assert (
        sim(optimizer="sgd", lowest=1.0, points=1, condition=1.0, steps=1)["distance"] < 1e-12
    ).all()


def test_adams_first_step_has_the_length_of_its_rate():
    """Each coordinate moves by the rate, whatever its curvature."""
    start = Replicates("optimizer_ravine", range(4)).normal("start", 20, dtype=torch.float64)
    after = start - 0.01 * start.sign()
    measured = sim(optimizer="adam", lowest=0.01, points=1, steps=1)

    assert torch.allclose(measured["distance"], after.norm(dim=1) / start.norm(dim=1), rtol=1e-9)
