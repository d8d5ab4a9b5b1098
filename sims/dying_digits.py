"""Which ReLU units of a digit classifier are dead, before and after training.

python sims/dying_digits.py --layers 2 --optimizer adam --lr 0.1 --steps 100

https://arxiv.org/abs/1903.06733
"""

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, cross_entropy, digits, rows


class Classifier(nn.Module):
    """Linear layers with PyTorch's default weights, and an activation after each but the last."""

    def __init__(self, activation: nn.Module, sizes: list[int], bias: float) -> None:
        super().__init__()
        self.linear = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.activation = activation
        for layer in self.linear[:-1]:
            nn.init.constant_(layer.bias, bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits, and the pre-activations of the last hidden layer."""
        for layer in self.linear[:-1]:
            z = layer(x)
            x = self.activation(z)
        return self.linear[-1](x), z


def _dead(z: Tensor) -> Tensor:
    """Share of the units whose pre-activation is above 0 on no image, (R, images, units) to (R,)."""
    return (z <= 0).all(1).double().mean(1)


def dying_digits(
    replicates: Replicates,
    activation: Literal["relu", "leaky", "elu"] = "relu",
    optimizer: Literal["sgd", "adam"] = "sgd",
    lr: float = 0.1,
    steps: int = 1,
    layers: int = 1,
    centred: bool = False,
    bias: float = 0.0,
    hidden: int = 16,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train a classifier of handwritten digits, then look at its last hidden layer on all 1797 images.

    Args:
        replicates: One network and one order of the images each.
        activation: Of the hidden layers; leaky has the slope 0.01 below 0.
        optimizer: Plain SGD, or Adam.
        lr: Learning rate.
        steps: Training steps; 0 looks at the untrained network.
        layers: Hidden layers.
        centred: Subtract each pixel's mean from the images; without, all inputs lie in [0, 1].
        bias: Initial bias of all hidden units.
        hidden: Units in a hidden layer.
        batch: Images in a batch.

    Metrics:
        dead: share of the last hidden layer's units whose pre-activation is above 0 on no image.
        stuck: share of its units whose incoming weights and bias get a gradient of exactly 0 from all images together.
        one_way: share of the images on which training moved a unit's pre-activation in the unit's more common direction,
            mean over the last hidden layer's units that moved; 0 without training.
        accuracy: share of all images that are classified correctly.
        dead_at[step]: the share of dead units before training, after every tenth step, and after the last.
    """
    data = digits(centred=centred)
    x = torch.cat([data.x, data.x_test]).to(replicates.device)  # (1797, 64)
    y = torch.cat([data.y, data.y_test]).to(replicates.device)
    make = {"relu": nn.ReLU, "leaky": nn.LeakyReLU, "elu": nn.ELU}[activation]
    net = replicates.stack("net", lambda: Classifier(make(), [64, *[hidden] * layers, 10], bias))
    train = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=lr)
    with torch.no_grad():
        before = net(replicates.same(x))[1]  # (R, 1797, hidden)
    looks = [(0, _dead(before))]
    batches = replicates.batches("batches", len(data.x), batch, max(steps, 1))  # (R, steps, batch)
    for step in range(1, steps + 1):
        index = batches[:, step - 1]
        loss = cross_entropy(net(rows(x, index))[0], rows(y, index))  # (R,)
        train.zero_grad()
        loss.sum().backward()
        train.step()
        if step % 10 == 0 or step == steps:
            with torch.no_grad():
                looks.append((step, _dead(net(replicates.same(x))[1])))

    logits, z = net(replicates.same(x))  # (R, 1797, 10), (R, 1797, hidden)
    incoming = [net.weights()[f"linear.{layers - 1}.{part}"] for part in ("weight", "bias")]
    # a sum of squares: unlike the mean cross-entropy's, its gradient does not round to 0 where the network is sure
    weight, offset = torch.autograd.grad(logits.square().sum(), incoming)  # (R, hidden, in), (R, hidden)
    silent = (weight == 0).all(2) & (offset == 0)
    change = z.detach() - before
    direction = torch.maximum((change > 0).double().mean(1), (change < 0).double().mean(1))  # (R, hidden)
    moved = direction > 0
    return {
        "dead": _dead(z),
        "stuck": silent.double().mean(1),
        "one_way": direction.sum(1) / moved.sum(1).clamp(min=1),
        "accuracy": (logits.argmax(2) == y).double().mean(1),
        "dead_at": torch.stack([share for _, share in looks], 1),
        "step": torch.tensor([step for step, _ in looks]),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
