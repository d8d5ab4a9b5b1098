"""The loss of a classifier before its first step.

python sims/initial_loss.py --classes 100

https://karpathy.github.io/2019/04/25/recipe/
"""

from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy


def initial_loss(
    replicates: Replicates, classes: int = 10, features: int = 64, hidden: int = 128, examples: int = 256
) -> dict[str, Tensor]:
    """Show random inputs to an untrained network and measure its loss.

    Args:
        replicates: One network and one data set each.
        classes: Number of classes k; labels are uniform over them.
        features: Inputs, standard normal.
        hidden: Width of the one hidden layer.
        examples: Examples N a replicate.

    Metrics:
        loss: mean cross-entropy over the examples, in nats.
    """
    net = replicates.stack("net", lambda: nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, classes)))
    x = replicates.normal("inputs", examples, features)  # (R, N, features)
    y = replicates.integers("labels", classes, examples)  # (R, N)
    return {"loss": cross_entropy(net(x), y).detach()}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
