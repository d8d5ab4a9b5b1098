"""The sum over paths where it can be written down."""

import torch
from sims.depth.residual_paths import residual_paths

from dlfaq.sim import Replicates


def sim(**given):
    return residual_paths(Replicates("residual_paths", range(3)), **given)


def test_one_block_has_two_paths():
    """The identity, of squared norm n, and J."""
    measured = sim(blocks=1)
    replicates = Replicates("residual_paths", range(3))
    w = 0.5 / 4 * replicates.normal("weights", 1, 16, 16, dtype=torch.float64)[:, 0]
    x = replicates.normal("input", 16, 1, dtype=torch.float64)
    j = (1 - torch.tanh(w @ x).square()) * w
    square = j.square().sum((1, 2))
    values = torch.linalg.svdvals(torch.eye(16, dtype=torch.float64) + j)

    torch.testing.assert_close(measured["direct"], 16 / (16 + square))
    torch.testing.assert_close(measured["blocks_passed"], square / (16 + square))
    torch.testing.assert_close(measured["smallest"], values[:, -1])
    torch.testing.assert_close(measured["largest"], values[:, 0])


def test_branches_of_zero_leave_the_direct_path():
    """The Jacobian is the identity, and all of it goes straight through."""
    measured = sim(gain=0.0)

    for metric in ("direct", "smallest", "largest"):
        torch.testing.assert_close(measured[metric], torch.ones(3, dtype=torch.float64))
    for metric in ("blocks_passed", "path_error", "product_error"):
        assert (measured[metric].abs() < 1e-12).all()


def test_a_plain_network_has_one_path_only():
    """Without skips the Jacobian is the product of the J, and not the sum over choices."""
    measured = sim(skip=False, blocks=3)

    assert (measured["product_error"] < 1e-12).all()
    assert (measured["path_error"] > 1).all()
