"""Clicks of known probability, and towers whose lengths can say nothing."""

import torch
from sims.embeddings.clicked_items import Towers, clicked_items

from dlfaq.sim import Replicates


def few() -> Replicates:
    """Two replicates; each use draws the same numbers."""
    return Replicates("name", range(2))


def test_scores_are_products_of_both_towers():
    """Dot products, or 10 times the cosines."""
    torch.manual_seed(0)
    dot, cosine = Towers("dot", 6, 8, "none"), Towers("cosine", 6, 8, "none")
    cosine.load_state_dict(dot.state_dict())
    x = torch.randn(3, 64)
    query = dot.query(x)
    cosines = torch.nn.functional.cosine_similarity(query[:, None], dot.items[None], dim=2)

    assert torch.allclose(dot(x), query @ dot.items.T, atol=1e-6)
    assert torch.allclose(cosine(x), 10 * cosines, atol=1e-5)


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
