"""Ordinary modules with the numbers of stacked networks, for tests against plain loops."""

from collections.abc import Mapping

from torch import Tensor, nn


def plain_mlp(weights: Mapping[str, Tensor]) -> nn.Sequential:
    """Two layers of 32 ReLUs between 64 inputs and 10 logits, as `Setup().network` starts them.

    Args:
        weights: Those of the stack, (R, …) each, of which the first network counts.
    """
    model = nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    model.load_state_dict(
        {name.removeprefix("body.").replace("head", "4"): w[0] for name, w in weights.items()}
    )
    return model
