"""The loss before training: cases that algebra decides, and plain loops beside stacked networks."""

import math

import pytest
import torch
from sims.first_loss.constant_output import constant_output
from sims.first_loss.first_token_loss import Model, first_token_loss
from sims.first_loss.frequency_bias import frequency_bias
from sims.first_loss.head_scale import head_scale
from sims.first_loss.initial_loss import initial_loss
from sims.first_loss.random_logits import random_logits
from sims.first_loss.untrained_networks import untrained_networks
from sims.initialization.transformer_init import transformer_init
from torch import nn
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load


def measured(simulation, count=4, **parameters):
    """The first replicates of a simulation."""
    return simulation(Replicates(simulation.__name__, range(count)), **parameters)


@pytest.mark.parametrize("classes", [2, 7, 1000])
def test_equal_logits_lose_exactly_ln_k(classes):
    """With a last layer of zeros every class has probability 1/k."""
    found = measured(initial_loss, classes=classes, init="zero", examples=20)

    torch.testing.assert_close(found["loss"], torch.full((4,), math.log(classes)))
    torch.testing.assert_close(found["total"], torch.full((4,), 20 * math.log(classes)))
    torch.testing.assert_close(found["std"], torch.zeros(4))


def test_it_is_the_loss_of_an_ordinary_network():
    """The same weights in a plain loop, with PyTorch's own sum and mean."""
    found = measured(initial_loss, classes=5, center=0.5, examples=32)
    drawn = Replicates("initial_loss", range(4))
    weight, bias = drawn.stack("net", lambda: nn.Sequential(nn.Linear(64, 5))).weights().values()
    x, y = 0.5 + drawn.normal("inputs", 32, 64), drawn.integers("labels", 5, 32)
    for i in range(4):
        logits = F.linear(x[i], weight[i], bias[i]).detach()
        torch.testing.assert_close(found["loss"][i], F.cross_entropy(logits, y[i]))
        torch.testing.assert_close(
            found["total"][i], F.cross_entropy(logits, y[i], reduction="sum")
        )
        around = logits - logits.mean(-1, keepdim=True)
        torch.testing.assert_close(found["std"][i], around.std())


def test_the_loss_is_pytorchs_of_the_same_logits():
    """For one replicate drawn by hand."""
    found = random_logits(Replicates("random_logits", [5]), classes=4, logit_std=0.7, examples=30)
    again = Replicates("random_logits", [5])
    logits, labels = 0.7 * again.normal("logits", 30, 4)[0], again.integers("labels", 4, 30)[0]
    over_labels = torch.stack(
        [F.cross_entropy(logits, torch.full((30,), j)) for j in range(4)]
    ).mean()

    torch.testing.assert_close(found["excess"][0], over_labels - math.log(4))
    torch.testing.assert_close(
        found["spread"][0], F.cross_entropy(logits, labels, reduction="none").std()
    )


def test_a_gpt2_output_has_logits_of_its_width():
    """On features of mean square 1 their variance is 0.02^2 d, and there is no bias."""
    found = measured(initial_loss, init="gpt2", features=2500, examples=100)

    torch.testing.assert_close(found["std"], torch.ones(4), rtol=0.15, atol=0)
    still = measured(initial_loss, init="gpt2", features=1, center=0.0, examples=100)
    assert (still["std"] < 0.1).all()


def test_skewed_logits_cost_what_their_cumulants_say():
    """Exponential logits at s = 0.5: -ln(1 - s) - s = 0.193 for many classes, not s^2 / 2."""
    found = measured(random_logits, shape="skewed", logit_std=0.5, classes=1000, examples=500)

    torch.testing.assert_close(
        found["excess"], torch.full((4,), math.log(2) - 0.5), rtol=0.03, atol=0
    )


def test_faults_of_the_loss_are_what_they_are_called():
    """The same network and batch: what is reported differs as the fault says."""
    ln = math.log(10)
    sound, summed, divided, padded, wrong = (
        measured(untrained_networks, fault=fault)["excess"] + ln
        for fault in ("none", "summed", "divided", "padded", "probabilities")
    )

    torch.testing.assert_close(summed, 64 * sound)
    torch.testing.assert_close(divided, sound / 4)
    torch.testing.assert_close(padded, sound / 2, rtol=0.05, atol=0)
    assert ((wrong > -1) & (wrong < 0)).all()


def test_a_head_of_zeros_hides_every_fault_but_those_of_the_loss():
    """Logits are 0 whatever comes before; then both flags are down."""
    for fault in ("bytes", "normal", "leaked", "twice"):
        found = measured(untrained_networks, fault=fault, head="zero")
        torch.testing.assert_close(found["excess"], torch.zeros(4), rtol=0, atol=1e-5)
        assert not (found["large"] + found["wrong"]).any()
    assert measured(untrained_networks, fault="padded", head="zero")["wrong"].all()


def test_half_the_variance_and_the_flags_follow_from_s_and_the_excess():
    """For a sound network, and for one whose logits are large."""
    for fault in ("none", "bytes"):
        found = measured(untrained_networks, fault=fault, network="conv")
        torch.testing.assert_close(found["half"], found["std"] ** 2 / 2)
        assert found["large"].tolist() == (found["std"] > 1).float().tolist()
    assert found["large"].all()
    assert not found["wrong"].any()


@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_normalization_undoes_the_scale_of_the_inputs(network):
    """Unscaled pixels and scaled ones give logits of one size."""
    scaled, unscaled = (
        measured(untrained_networks, network=network, norm="batch", fault=fault)["std"].mean()
        for fault in ("none", "bytes")
    )

    torch.testing.assert_close(scaled, unscaled, rtol=0.2, atol=0)


def test_a_deep_network_answers_the_same_for_every_example():
    """By hand: the deviation of each output over the examples, as a share of s."""
    drawn = Replicates("untrained_networks", range(4))
    net = drawn.stack("net", lambda: mlp(64, [64, 64], 10))
    data = load(drawn, own=True, train=32)
    with torch.no_grad():
        logits = net(data.x)
    around = logits - logits.mean(-1, keepdim=True)
    found = measured(untrained_networks, examples=32)["across"]
    for i in range(4):
        share = around[i].std(0).mean() / around[i].std()
        torch.testing.assert_close(found[i], share)

    assert (measured(untrained_networks, layers=10)["across"] < 0.1 * found).all()


@pytest.mark.parametrize(
    ("init", "variance"), [("glorot", 2 / 522), ("lecun", 1 / 512), ("he", 2 / 512)]
)
def test_heads_of_other_libraries_have_the_variance_of_their_weights(init, variance):
    """On features of mean square 1, s^2 is (1 - 1/k) times the inputs times that of a weight."""
    found = measured(initial_loss, init=init, features=512, examples=2048)["std"]

    torch.testing.assert_close(
        found.mean(), torch.tensor((0.9 * 512 * variance) ** 0.5), rtol=0.05, atol=0
    )


def test_weights_and_smoothing_together_move_the_first_loss():
    """By hand: the smoothed tenth weighs all classes alike; the labels' weights divide it."""
    mean, used = 5.5, 0.55 * 1 + 0.05 * sum(range(2, 11))
    found = measured(constant_output, option="both")["loss"]

    torch.testing.assert_close(found, torch.full((4,), math.log(10) * (0.9 + 0.1 * mean / used)))


def test_a_sigmoid_is_a_softmax_over_0_and_its_logit():
    """So binary cross-entropy is the loss of two logits, half of its own above and below 0."""
    logit, label = torch.randn(50), torch.randint(2, (50,))

    torch.testing.assert_close(
        F.cross_entropy(torch.stack([-logit / 2, logit / 2], -1), label),
        F.binary_cross_entropy_with_logits(logit, label.float()),
    )


def test_gpt2_shrinks_what_blocks_add():
    """Two blocks divide by the root of 4: from 0.02 to 0.01; what enters them keeps its 0.02."""
    plain, shrunk = (
        dict(Model(1000, 64, "gpt2", tied=True, last_norm=True, shrunk=shrunk).named_parameters())
        for shrunk in (False, True)
    )
    for name, weight in shrunk.items():
        if name.endswith(("leave.weight", "feed.2.weight")):
            torch.testing.assert_close(weight.std(), torch.tensor(0.01), rtol=0.05, atol=0)
            torch.testing.assert_close(plain[name].std(), torch.tensor(0.02), rtol=0.05, atol=0)
        elif name.endswith("enter.weight"):
            torch.testing.assert_close(weight.std(), torch.tensor(0.02), rtol=0.05, atol=0)


def test_a_share_of_zeros_makes_labels_unequal_and_nothing_else():
    """With one class alone the loss is that of one label."""
    few, many = (measured(untrained_networks, 64, share=share)["excess"] for share in (0.1, 0.9))

    assert many.std() > 2 * few.std()


def test_what_a_constant_costs():
    """By hand: ln k, ln 2 and the mean square; the entropies and the variance for a fitted bias."""
    drawn = Replicates("constant_output", range(4))
    y = 3 + 2 * drawn.normal("targets", 1000)
    zero, fitted = (
        measured(constant_output, task="targets", bias=bias)["loss"] for bias in ("zero", "fitted")
    )
    torch.testing.assert_close(zero, y.square().mean(1))
    torch.testing.assert_close(fitted, y.var(1, correction=0))

    torch.testing.assert_close(measured(constant_output)["loss"], torch.full((4,), math.log(10)))
    torch.testing.assert_close(
        measured(constant_output, task="labels")["loss"], torch.full((4,), math.log(2))
    )
    found = measured(constant_output, task="labels", bias="fitted")
    entropy = -(0.1 * math.log(0.1) + 0.9 * math.log(0.9))
    torch.testing.assert_close(found["loss"], torch.full((4,), entropy))
    found = measured(constant_output, bias="fitted")
    entropy = -(0.55 * math.log(0.55) + 9 * 0.05 * math.log(0.05))
    torch.testing.assert_close(found["loss"], torch.full((4,), entropy))


def test_a_tied_model_multiplies_a_token_with_itself():
    """Then the token that is read has the largest logit; with a matrix of its own it has not."""
    tied, untied = (
        measured(first_token_loss, init="pytorch", tied=tied)["own"] for tied in (True, False)
    )

    assert (tied > 40).all()  # d = 64
    assert (untied.abs() < 1).all()


def test_arms_differ_in_their_start_only():
    """At step 0 the paired networks have the losses that their starts say."""
    usual, zero = (measured(head_scale, gain=gain, steps=1)["first"] for gain in (1.0, 0.0))
    torch.testing.assert_close(zero, torch.full((4,), math.log(10)))
    assert (usual > 2.2).all()

    default, prior = (
        measured(frequency_bias, bias=bias, steps=1) for bias in ("default", "frequencies")
    )
    entropy = -(0.8 * math.log(0.8) + 0.2 * math.log(0.2 / 9))
    torch.testing.assert_close(prior["first"].mean(), torch.tensor(entropy), rtol=0.1, atol=0)
    assert (default["first"] > 2).all()

    given = {"tied": True, "blocks": 1, "tokens": 64, "steps": 1}
    large, small = (
        measured(transformer_init, embedding=std, **given)["first"] for std in (1.0, 0.02)
    )
    assert (large > 2 * small).all()
    torch.testing.assert_close(small, torch.full((4,), math.log(64)), rtol=0.02, atol=0)
