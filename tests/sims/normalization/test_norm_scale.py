"""Scale invariance where it is exact."""

import torch
from sims.normalization.norm_scale import Net, norm_scale

from dlfaq.sim import Replicates


def sim(**given):
    return norm_scale(Replicates("norm_scale", range(2)), **given)


def test_a_factor_of_one_changes_nothing():
    measured = sim(normalize="none", factor=1.0)

    assert (measured["loss_change"] == 0).all()
    torch.testing.assert_close(measured["gradient_scaled"], torch.ones(2, dtype=torch.float64))


def test_both_logits_are_the_same_numbers():
    """Detached statistics change gradients, not outputs."""
    x = torch.randn(6, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for normalize in ("none", "batch", "layer"):
        through, without = Net(normalize, 1e-5).double()(x)
        torch.testing.assert_close(through, without)


def test_gradients_pass_gradcheck():
    """Autograd's derivative of both normalizations, with respect to their input."""
    z = torch.randn(
        5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    ).requires_grad_()
    for normalize in ("batch", "layer"):
        net = Net(normalize, 1e-5)
        assert torch.autograd.gradcheck(lambda z, net=net: net.norm(z, detached=False), z)
        assert not torch.autograd.gradcheck(
            lambda z, net=net: net.norm(z, detached=True), z, raise_exception=False
        )
