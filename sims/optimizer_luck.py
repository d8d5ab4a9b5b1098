"""Draw a learning rate and a scale of the weights at random: does the network learn?

python sims/optimizer_luck.py --layers 8

https://proceedings.mlr.press/v9/glorot10a.html
"""

import itertools

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy, digits, rows


def optimizer_luck(
    replicates: Replicates,
    layers: int = 8,
    lowest_lr: float = 0.003,
    highest_lr: float = 30.0,
    lowest_gain: float = 0.3,
    highest_gain: float = 4.0,
    steps: int = 60,
    batch: int = 32,
) -> dict[str, Tensor]:
    """Train plain ReLU networks on digits by SGD, each with settings of its own, drawn evenly on a log scale.

    Args:
        replicates: One learning rate, one gain, one network and one order of the images each.
        layers: Hidden layers of 32 units.
        lowest_lr: Lowest learning rate that is drawn.
        highest_lr: Highest learning rate that is drawn.
        lowest_gain: Lowest gain: the weights' standard deviation times the root of a layer's inputs.
        highest_gain: Highest gain. He's is the root of 2.
        steps: Training steps.
        batch: Images a step.

    Metrics:
        accuracy: on the test images; a network that overflowed is right by chance only.
        lr: the learning rate drawn.
        gain: the gain drawn.
    """
    data = digits(centred=True)
    scale = data.x.std()
    x, y = (data.x / scale).to(replicates.device), data.y.to(replicates.device)
    x_test, y_test = replicates.same(data.x_test / scale), replicates.same(data.y_test)
    lr = lowest_lr * (highest_lr / lowest_lr) ** replicates.uniform("lr")  # (R,)
    gain = lowest_gain * (highest_gain / lowest_gain) ** replicates.uniform("gain")  # (R,)

    net = replicates.stack("net", lambda: _plain([64, *[32] * layers, 10]))
    with torch.no_grad():
        for _, weight in net.layers():  # (R, out, in)
            weight.mul_(gain[:, None, None])
    batches = replicates.batches("batches", len(x), batch, steps)  # (R, steps, batch)
    for step in range(steps):
        index = batches[:, step]
        loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
        net.zero_grad()
        loss.sum().backward()
        with torch.no_grad():
            for weight in net.parameters():  # SGD, by hand: torch.optim has one rate for all replicates
                weight.sub_(lr.view(-1, *[1] * (weight.dim() - 1)) * weight.grad)
    with torch.no_grad():
        right = accuracy(net(x_test), y_test)
    return {"accuracy": right, "lr": lr, "gain": gain}


def _plain(sizes: list[int]) -> nn.Sequential:
    """Linear layers with ReLUs between them, weights of variance 1 / inputs, biases 0."""
    parts: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        linear = nn.Linear(inputs, outputs)
        nn.init.normal_(linear.weight, std=inputs**-0.5)
        nn.init.zeros_(linear.bias)
        parts += [linear, nn.ReLU()]
    return nn.Sequential(*parts[:-1])


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
