"""The transformer with masks, against the kit's without them."""

import torch
from sims.regularization.dropout_language import LENGTH, TOKENS, Dropped, dropout_language

from dlfaq.sim import Replicates
from dlfaq.sim.nets import Transformer


def measure(**given):
    return dropout_language(Replicates("dropout_language", range(2)), steps=5, **given)


def test_without_dropout_it_is_the_kits_transformer():
    """One-hot rows and a matrix in the place of an embedding."""
    ours, kits = Dropped(8, 2, "layer"), Transformer(TOKENS, LENGTH, 8, 2, 2)
    state = ours.state_dict()
    kits.load_state_dict(state | {"embed.weight": state["embed.weight"].T})
    x = torch.randint(TOKENS, (3, LENGTH))
    rows = torch.eye(TOKENS)[x]
    assert torch.allclose(ours.eval()(rows), kits(x), atol=1e-6)
    ones = torch.ones(3, LENGTH, 5 * 8)
    assert torch.allclose(ours.train()(torch.cat([rows, ones], -1)), kits(x), atol=1e-6)


def test_masks_of_0_leave_the_answers_bias():
    """Every path goes through one."""
    net = Dropped(8, 1, "layer")
    nothing = torch.cat([torch.eye(TOKENS)[:LENGTH][None], torch.zeros(1, LENGTH, 3 * 8)], -1)
    with torch.no_grad():
        out = net(nothing)
    assert torch.allclose(out, net.answer(net.norm.bias).expand_as(out), atol=1e-6)


def test_dropout_changes_training_alone():
    """At 0 masks are ones; at 0.5 the run is another one."""
    assert (measure(p=0.0)["loss"] != measure(p=0.5)["loss"]).all()


def test_no_loss_is_below_the_least_possible():
    """By more than the noise of 256 sentences."""
    assert (measure()["loss"] > -0.05).all()
