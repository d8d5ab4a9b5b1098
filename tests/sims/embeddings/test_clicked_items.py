"""Clicks of known probability, and towers whose lengths can say nothing."""

from types import SimpleNamespace

import torch
from sims.embeddings.clicked_items import Towers, clicked_items
from torch.nn import functional as F

from dlfaq.sim import Replicates
from dlfaq.sim.training_data import load


def few() -> Replicates:
    """Two replicates; each use draws the same numbers."""
    return Replicates("name", range(2))


def test_scores_are_products_of_both_towers():
    """Dot products, or cosines times the factor."""
    torch.manual_seed(0)
    dot, cosine = Towers("dot", 10.0, 6, 8, "none"), Towers("cosine", 5.0, 6, 8, "none")
    cosine.load_state_dict(dot.state_dict())
    x = torch.randn(3, 64)
    query = dot.query(x)
    cosines = torch.nn.functional.cosine_similarity(query[:, None], dot.items[None], dim=2)

    assert torch.allclose(dot(x), query @ dot.items.T, atol=1e-6)
    assert torch.allclose(cosine(x), 5 * cosines, atol=1e-5)


def test_one_item_a_digit_is_digit_recognition():
    """The click is then the digit itself."""
    measured = clicked_items(few(), per_class=1)

    assert torch.equal(measured["by_dot"], measured["digit_by_dot"])
    assert (measured["by_dot"] > 0.8).all()
    assert (measured["longer"] == 1).all()


def test_nobody_guesses_clicks_better_than_their_popularity():
    """The most popular of five items gets 1 / (1 + 1/2 + ... + 1/5) = 44 % of the clicks."""
    measured = clicked_items(few())

    assert (measured["by_dot"] < 0.5).all()
    assert (measured["by_cosine"] <= measured["digit_by_cosine"]).all()


def test_towers_of_cosines_know_no_lengths():
    """Normalizing the items afterwards changes nothing."""
    measured = clicked_items(few(), similarity="cosine", steps=20)

    assert torch.equal(measured["by_dot"], measured["by_cosine"])


def test_by_cosine_ranks_items_by_their_cosine(monkeypatch):
    """Untrained towers, items of very different lengths: as F.cosine_similarity."""
    kept = []

    def untrained(net, *_, **__):
        with torch.no_grad():
            net.items.mul_(torch.linspace(1, 20, 50)[:, None])
        kept.append(net.eval())
        return SimpleNamespace(rate=torch.zeros(2), inside=torch.zeros(2))

    monkeypatch.setattr("sims.embeddings.clicked_items.train", untrained)
    measured = clicked_items(few())
    x, y = load(few(), "digits", valid=200).open_test()
    weights = kept[0].weights()
    for i in range(2):
        hidden = F.linear(x[i], weights["query.0.weight"][i], weights["query.0.bias"][i]).relu()
        query = F.linear(hidden, weights["query.2.weight"][i], weights["query.2.bias"][i])
        cosines = F.cosine_similarity(query[:, None], weights["items"][i][None], dim=2)
        right = (cosines.argmax(1) // 5 == y[i]).double().mean()

        assert torch.isclose(measured["digit_by_cosine"][i], right, atol=0.01)
        assert not torch.isclose(measured["digit_by_dot"][i], right, atol=0.01)
