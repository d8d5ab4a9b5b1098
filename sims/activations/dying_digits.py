"""Which ReLU units of a digit classifier are dead, before and after training.

python sims/activations/dying_digits.py --layers 2 --optimizer adam --lr 0.1 --steps 100

https://arxiv.org/abs/1903.06733
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.deep import Deep
from dlfaq.sim.training import train
from dlfaq.sim.training_data import load


def dying_digits(
    replicates: Replicates,
    activation: Literal["relu", "leaky", "elu"] = "relu",
    optimizer: Literal["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"] = "sgd",
    lr: float = 0.1,
    tune: bool = False,
    warmup: int = 0,
    clip: float = 0.0,
    steps: int = 1,
    layers: int = 1,
    norm: Literal["none", "batch", "layer", "rms"] = "none",
    centred: bool = False,
    bias: float = 0.0,
    hidden: int = 16,
    batch: int = 64,
) -> dict[str, Tensor]:
    """Train a classifier of digits, then look at its last hidden layer on all 1797 images.

    Setting: {layers} hidden {activation} layers of {hidden} units on digits, normalization {norm};
    {optimizer} at {lr}, batch {batch}, {steps} steps.

    Args:
        replicates: One network and one order of the images each.
        activation: Of the hidden layers; leaky has the slope 0.01 below 0.
        optimizer: PyTorch's, with its default settings; momentum is 0.9.
        lr: Learning rate; not used if it is tuned.
        tune: Give each replicate its best rate of a grid, by 200 images kept for validation.
        warmup: Steps in which the rate first rises in a straight line.
        clip: Largest norm of a gradient; 0 for no clipping.
        steps: Training steps; 0 looks at the untrained network.
        layers: Hidden layers.
        norm: What stands before each activation.
        centred: Subtract each pixel's mean from the images; without, all lie in [0, 1].
        bias: Initial bias of all hidden units.
        hidden: Units in a hidden layer.
        batch: Images in a batch.

    Metrics:
        dead: share of the last hidden layer's units whose pre-activation is above 0 on no image,
            in [0, 1].
        stuck: share of its units whose incoming weights and bias get a gradient of exactly 0, in
            [0, 1].
        one_way: share of the images on which training moved a unit's pre-activation in its more
            common direction, mean over that layer's units that moved, in [0, 1].
        accuracy: share of all images that are classified correctly, in [0, 1].
        test_accuracy: share of the test images, in [0, 1].
        dead_at[step]: the share of dead units before training, every tenth step, and after the
            last, in [0, 1].
    """
    scale = "centred" if centred else "unit"
    task = load(replicates, "digits", valid=200 if tune else 0, scale=scale)

    def make() -> nn.Module:
        net = Deep([64, *[hidden] * layers, 10], activation, norm, show=True)
        for layer in net.linear[:-1]:
            nn.init.constant_(layer.bias, bias)
        return net

    net = replicates.stack("net", make)
    batches = replicates.batches("batches", len(task), batch, max(steps, 1))[:, :steps]
    how = {"optimizer": optimizer, "lr": lr, "tune": tune, "warmup": warmup, "clip": clip}
    looks = {"look_at": {*range(0, steps, 10), steps}, "keep": True}
    run = train(net, task, batches, **how, **looks, loss=_loss)

    x_test, y_test = task.open_test()
    x = torch.cat([task.x, task.x_valid, x_test], 1)  # (R, 1797, 64)
    y = torch.cat([task.y, task.y_valid, y_test], 1)
    with torch.no_grad():
        seen = [one(x)[2] for one in run.nets]  # (R, 1797, hidden) each
    logits, _, z = net(x)
    incoming = [net.weights()[f"linear.{layers - 1}.{part}"] for part in ("weight", "bias")]
    # a sum of squares: its gradient does not round to 0 where the network is sure of itself
    weight, offset = torch.autograd.grad(logits.square().sum(), incoming)  # (R, hidden, in)
    silent = (weight == 0).all(2) & (offset == 0)
    change = z.detach() - seen[0]
    ways = [(change > 0).double().mean(1), (change < 0).double().mean(1)]  # (R, hidden) each
    direction = torch.maximum(*ways)
    return {
        "dead": _dead(z),
        "stuck": silent.double().mean(1),
        "one_way": direction.sum(1) / (direction > 0).sum(1).clamp(min=1),
        "accuracy": accuracy(logits, y),
        "test_accuracy": accuracy(logits[:, -len(x_test[0]) :], y_test),
        "dead_at": torch.stack([_dead(one) for one in seen], 1),
        "step": run.steps,
    }


def _dead(z: Tensor) -> Tensor:
    """Share of the units whose pre-activation is above 0 on no image: (R, N, hidden) to (R,)."""
    return (z <= 0).all(1).double().mean(1)


def _loss(outputs: tuple[Tensor, ...], labels: Tensor) -> Tensor:
    """Cross-entropy of the logits, (R,)."""
    return cross_entropy(outputs[0], labels)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
