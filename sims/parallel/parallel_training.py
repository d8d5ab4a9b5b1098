"""Train on several processes for as many epochs as on one, which are fewer steps.

python sims/parallel/parallel_training.py --lr 0.8

https://arxiv.org/abs/1706.02677

The loop is written out, since it is what each process runs.
"""

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler

from dlfaq.sim import Replicates, Stacked, accuracy, cross_entropy, digits, rows
from dlfaq.sim.processes import run_ranks


def parallel_training(
    replicates: Replicates,
    ranks: int = 4,
    lr: float = 0.2,
    epochs: int = 4,
    batch: int = 32,
    examples: int = 1024,
    hidden: int = 32,
) -> dict[str, Tensor]:
    """Train a network on handwritten digits with SGD and PyTorch's `DistributedDataParallel`.

    Setting: {examples} digits, {hidden} ReLU units, batch {batch} on each of {ranks} processes; SGD
    at {lr}, {epochs} epochs.

    Args:
        replicates: One network and one order of the images each.
        ranks: Number of processes.
        lr: Learning rate.
        epochs: Passes through the training images, which the ranks share.
        batch: Images in a rank's batch B.
        examples: Training images, at most 1200.
        hidden: Width of the hidden layer.

    Metrics:
        steps: steps of SGD that were done.
        loss: mean cross-entropy over the training images at the end, in nats, at least 0.
        accuracy: on the test images, in [0, 1].
        apart: largest difference between two ranks' weights at the end, at least 0.
    """
    seeds = replicates.integers("seed", 2**31).tolist()
    net = replicates.stack(
        "net", lambda: nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    )
    x, y, x_test, y_test = digits(centred=True)
    results = run_ranks(
        _train, ranks, net.cpu(), x[:examples], y[:examples], seeds, lr, epochs, batch
    )
    weights, steps = zip(*results, strict=True)  # of each rank

    x, y, x_test, y_test = (
        replicates.same(part) for part in (x[:examples], y[:examples], x_test, y_test)
    )
    w1, b1, w2, b2 = (
        weight.to(replicates.device) for weight in weights[0]
    )  # (R, h, 64), (R, h), (R, 10, h), (R, 10)

    def logits(x: Tensor) -> Tensor:
        return (x @ w1.mT + b1[:, None]).relu() @ w2.mT + b2[:, None]

    pairs = [
        (a - b).abs().flatten(1).amax(1)
        for other in weights
        for a, b in zip(weights[0], other, strict=True)
    ]
    return {
        "steps": torch.full((len(replicates),), steps[0]),
        "loss": cross_entropy(logits(x), y),
        "accuracy": accuracy(logits(x_test), y_test),
        "apart": torch.stack(pairs).amax(0),
    }


def _train(
    net: Stacked, x: Tensor, y: Tensor, seeds: list[int], lr: float, epochs: int, batch: int
) -> tuple[list[Tensor], int]:
    """What every rank does: an ordinary training loop. Returns weights and steps."""
    samplers = [
        DistributedSampler(range(len(x)), seed=seed, drop_last=True) for seed in seeds
    ]  # one a replicate
    net = DistributedDataParallel(net)  # averages the gradients during the backward pass
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    steps = 0
    for epoch in range(epochs):
        for sampler in samplers:
            sampler.set_epoch(epoch)
        order = torch.tensor([list(sampler) for sampler in samplers])  # (R, images of this rank)
        for index in order.split(batch, 1):  # (R, B)
            loss = cross_entropy(net(rows(x, index)), y[index])  # (R,)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            steps += 1
    return [weight.detach() for weight in net.parameters()], steps


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
