"""Draw a learning rate and a scale of the weights at random: does the network learn?

python sims/optimization/optimizer_luck.py --layers 8

https://proceedings.mlr.press/v9/glorot10a.html
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.nets import mlp
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def optimizer_luck(
    replicates: Replicates,
    layers: int = 8,
    hidden: int = 32,
    lowest_lr: float = 0.003,
    highest_lr: float = 30.0,
    lowest_gain: float = 0.3,
    highest_gain: float = 4.0,
    steps: int = 60,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train plain ReLU networks on digits by SGD, each with settings drawn evenly on a log scale.

    Args:
        replicates: One learning rate, one gain, one network and one order of the images each.
        layers: Hidden layers.
        hidden: Units of a hidden layer.
        lowest_lr: Lowest learning rate that is drawn.
        highest_lr: Highest learning rate that is drawn.
        lowest_gain: Lowest gain: the weights' standard deviation times the root of a layer's
            inputs.
        highest_gain: Highest gain. He's is the root of 2.
        steps: Training steps.
        batch: Images a step.

    Metrics:
        accuracy: on the test images; a network that overflowed is right by chance only, in [0, 1].
        survived: 1 if no loss and no weight overflowed, else 0, in [0, 1].
        lr: the learning rate drawn.
        gain: the gain drawn.
    """
    task = load(replicates)
    lr = lowest_lr * (highest_lr / lowest_lr) ** replicates.uniform("lr")  # (R,)
    gain = lowest_gain * (highest_gain / lowest_gain) ** replicates.uniform("gain")  # (R,)
    net = replicates.stack("net", lambda: mlp(64, [hidden] * layers, 10, gain=1.0))
    with torch.no_grad():
        for _, weight in net.layers():  # (R, out, in)
            weight.mul_(gain[:, None, None])
    batches = replicates.batches("batches", len(task), batch, steps)  # (R, steps, batch)
    run = train(net, task, batches, lr=lr)
    x, y = task.open_test()
    with torch.no_grad():
        right = accuracy(net(x), y)
    return {"accuracy": right, "survived": run.survived, "lr": lr, "gain": gain}


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
