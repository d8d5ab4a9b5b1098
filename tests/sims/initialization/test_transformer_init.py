"""First weights of a small transformer, and its first loss where that is known."""

import math

import torch
from sims.initialization.transformer_init import Model, transformer_init

from dlfaq.sim import Replicates


def sim(**given):
    return transformer_init(Replicates("transformer_init", range(2)), **given)


def weights(std, embedding):
    """A wide model's weights by name, as they are at the start."""
    torch.manual_seed(0)
    model = Model(100, 64, 1, "layer", std, embedding)
    return {name: weight.detach() for name, weight in model.named_parameters()}


def test_every_matrix_has_the_standard_deviation_asked_for():
    """All linear layers and the output, biases 0; the embedding has one of its own."""
    found = weights(0.5, 0.02)

    assert math.isclose(found["embed.weight"].std(), 0.02, rel_tol=0.05)
    for name in (
        "blocks.0.enter",
        "blocks.0.leave",
        "blocks.0.feed.0",
        "blocks.0.feed.2",
        "answer",
    ):
        assert math.isclose(found[f"{name}.weight"].std(), 0.5, rel_tol=0.05)
        assert not found[f"{name}.bias"].any()


def test_zero_keeps_what_pytorch_draws():
    """Uniform weights of variance 1 / (3 inputs), and N(0, 1) in the embedding."""
    found = weights(0.0, 1.0)

    assert math.isclose(found["embed.weight"].std(), 1, rel_tol=0.05)
    assert math.isclose(found["blocks.0.enter.weight"].std(), (1 / 192) ** 0.5, rel_tol=0.05)
    assert found["blocks.0.enter.weight"].abs().max() <= 1 / 8
    assert found["blocks.0.enter.bias"].any()


def test_small_matrices_begin_at_equal_logits():
    """Then every token has the same probability: ln k."""
    measured = sim(std=1e-6, steps=1, tokens=20)

    torch.testing.assert_close(measured["first"], torch.full((2,), math.log(20)))


def test_training_lowers_the_loss_towards_the_entropy():
    """Above it, and below where it began."""
    before, after = (sim(steps=steps)["loss"] for steps in (1, 60))

    assert (after > 0).all()
    assert (after < before / 2).all()


def test_a_tuned_rate_comes_from_the_grid():
    """Of the four largest of AdamW's."""
    rates = sim(steps=5, tune=True)["rate"]

    for rate in rates:
        assert any(math.isclose(rate, 0.0027 * 3**n, rel_tol=1e-9) for n in range(4))
