"""Pooling over bags, against plain loops and by hand."""

import inspect
from pathlib import Path

import pytest
import torch
import yaml
from sims.pooling.pool_bags import Bag, _threshold, pool_bags
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.bags import bags_of
from dlfaq.sim.training_data import load


def bag(pool: str) -> Bag:
    """One network for bags of three images."""
    torch.manual_seed(0)
    return Bag(pool, 8)


@pytest.mark.parametrize("pool", ["max", "average", "both", "attention"])
def test_pooling_by_hand(pool):
    """Features of each image alone, then the pool as its definition says."""
    net, x = bag(pool), torch.randn(5, 3, 64)
    h = torch.stack([net.features(x[:, i]) for i in range(3)], 1)
    weights = torch.softmax(net.score(h)[..., 0], 1)
    expected = {
        "max": h.max(1).values,
        "average": (h[:, 0] + h[:, 1] + h[:, 2]) / 3,
        "both": torch.cat([h.max(1).values, h.mean(1)], 1),
        "attention": torch.einsum("bn,bnd->bd", weights, h),
    }[pool]

    assert torch.allclose(net(x), net.answer(expected), atol=1e-6)
    assert torch.allclose(net(x.flip(1)), net(x), atol=1e-6)  # the order never counts


@pytest.mark.parametrize("pool", ["max", "average", "both", "attention"])
def test_bags_by_index_are_bags_of_images(pool):
    """Which images of a stack, instead of the images themselves."""
    x, index = torch.randn(7, 64), torch.randint(7, (5, 3))

    assert torch.allclose(bag(pool)(x, index), bag(pool)(x[index]), atol=1e-6)


def test_a_threshold_by_hand():
    """The best of the margins, whatever the zero of the logits; the first of equally good ones."""
    margin = torch.tensor([[-5.0, -3.0, -4.0, -2.0], [1.0, 2.0, 3.0, 4.0]])
    answers = torch.tensor([[0, 1, 0, 1], [1, 1, 1, 1]])

    assert _threshold(margin, answers).tolist() == [[-3.0], [1.0]]


def test_a_new_threshold_helps_on_larger_bags():
    """An average answers no to nearly all of them, until its threshold is set for their size."""
    measured = pool_bags(Replicates("name", range(4)), pool="average", bags=256, hidden=32)

    assert (measured["yes"] < 0.2).all()
    assert ((measured["larger_accuracy"] - measured["yes"] - 0.5).abs() < 0.15).all()
    assert (measured["reset"] > 0.8).all()


def test_every_number_of_bags_was_seen_four_times():
    """Where the entry names a number of bags, training makes at least four passes over them."""
    entry = yaml.safe_load(Path("faq/max-vs-average-pooling.yaml").read_text("utf-8"))
    defaults = {name: p.default for name, p in inspect.signature(pool_bags).parameters.items()}
    used = [e for e in entry["experiments"].values() if e["simulation"] == "pool_bags"]
    for experiment in used:
        for condition in [{}, *experiment.get("conditions", {}).values()]:
            given = {**defaults, **experiment.get("given", {}), **condition.get("given", {})}
            swept = {**experiment.get("sweep", {}), **condition.get("sweep", {})}.get("bags", [])

            assert 8 * given["steps"] >= 4 * max([given["bags"], *swept]), (experiment, condition)


@pytest.mark.parametrize("scale", ["standard", "unit"])
def test_two_steps_equal_a_plain_loop(scale):
    """One network, torch.optim and F.cross_entropy; tested on bags of the test images alone."""
    given = {"pool": "average", "task": "most", "steps": 2, "positions": 4, "share": 0.75}
    measured = pool_bags(Replicates("name", range(2)), padding=3, scale=scale, **given)
    drawn = Replicates("name", range(2))
    images = load(drawn, "digits", valid=400, scale=scale)
    x, y = images.x[0], images.y[0]
    index, answers = bags_of(drawn, "training", y, "most", 0.75, (32, 4))
    nets = drawn.stack("net", lambda: Bag("average", 16))
    batches = drawn.batches("batches", 32, 8, 2)
    x_test, y_test = (part[0] for part in images.open_test())
    few, right = bags_of(drawn, "test", y_test, "most", 0.75, (512, 4))
    many, there = bags_of(drawn, "larger test", y_test, "most", 0.75, (128, 16))
    for i in range(2):
        net = Bag("average", 16)
        net.load_state_dict({name: value[i].detach() for name, value in nets.weights().items()})
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for step in range(2):
            now = batches[i, step]
            optimizer.zero_grad()
            F.cross_entropy(net(x[index[i, now]]), answers[i, now]).backward()
            optimizer.step()
        shown = {
            "accuracy": (x_test[few[i]], right[i]),
            "padded": (F.pad(x_test[few[i, :128]], (0, 0, 0, 3)), right[i, :128]),
            "larger_accuracy": (x_test[many[i]], there[i]),
            "yes": (x_test[many[i]], torch.ones(128)),
        }
        for name, (images_shown, answer) in shown.items():
            told = net(images_shown).argmax(1)

            assert abs(measured[name][i] - (told == answer).double().mean()) < 0.01


def test_one_image_is_its_own_pool():
    """Largest and average of one number are that number."""
    given = {"positions": 1, "bags": 256, "steps": 40}
    largest = pool_bags(Replicates("name", range(3)), pool="max", **given)
    average = pool_bags(Replicates("name", range(3)), pool="average", **given)

    assert torch.allclose(largest["accuracy"], average["accuracy"], atol=0.01)
    assert (largest["accuracy"] > 0.9).all()
