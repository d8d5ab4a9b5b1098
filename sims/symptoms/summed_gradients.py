"""Training without `zero_grad`: each step uses the sum of all gradients so far.

python sims/symptoms/summed_gradients.py --every 0 --optimizer sgd --times 0.1

The loop is written out, since the kit's clears the gradients, which is the point here.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy, clip_grad_norm, cross_entropy, grad_norm
from dlfaq.sim.copies import repeated
from dlfaq.sim.losses import capped
from dlfaq.sim.optimizers import Descent
from dlfaq.sim.setups import Setup
from dlfaq.sim.training_data import load

GRID = [3.0**power for power in range(-5, 2)]  # of tuning, as multiples of the usual rate


def summed_gradients(
    replicates: Replicates,
    every: int = 1,
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "momentum", "one", "adamw"] = "adamw",
    times: float = 1.0,
    tune: bool = False,
    clip: float = 0.0,
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    steps: int = 100,
    batch: int = 32,
    data: Literal["digits", "cancer", "wine"] = "digits",
) -> dict[str, Tensor]:
    """Train with gradients that are cleared at every step, sometimes, or never.

    Setting: a {model} on {data}, {optimizer} at {times} times its usual rate (tuned: {tune}), norm:
    {norm}, clipped at {clip} (0: not), batch {batch}, {steps} steps, `zero_grad` every {every}
    steps (0: never)

    Args:
        replicates: One network, its own training images and their order each.
        every: Clear the gradients at steps 0, every, 2 * every …; 0 for never.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: The usual rates are those of `dlfaq.sim.setups`; `momentum`, 0.9, has a tenth of
            SGD's; `one`, SGD with a momentum of 1, has SGD's.
        times: The learning rate, as a multiple of the usual one; not used if it is tuned.
        tune: Give each replicate the rate that is best on 200 validation images.
        clip: Largest norm of what the optimizer gets, cut in place as PyTorch does; 0 for none.
        norm: Normalization before each ReLU of the first two models.
        hidden: Units of each hidden layer of an MLP.
        steps: Training steps T.
        batch: Examples of each step.
        data: What is learnt; the last two need an MLP.

    Metrics:
        accuracy: on the test examples, at the end, in [0, 1].
        reached: mean loss of the last ten batches over ln k, at most 100.
        lowest: the least mean loss of ten batches in a row over ln k, at most 100.
        rise: reached over lowest, at least 1.
        loss_at[step]: of each step's batch over ln k, at most 100.
        norm_at[step]: norm of what the optimizer gets, before clipping, over the first step's.
        picked: the learning rate, as a multiple of the usual one.
    """
    plain = "adamw" if optimizer == "adamw" else "sgd"
    setup = Setup(model, plain, 1.0, norm, 0.0, data, hidden)
    usual = setup.rate / 10 if optimizer == "momentum" else setup.rate
    kind, more = ("momentum", {"momentum": 1.0}) if optimizer == "one" else (optimizer, {})
    rows = load(replicates, data, valid=200, own=True)
    factors = GRID if tune else [times]
    lanes, count = len(factors), len(replicates)
    net = repeated(setup.network(replicates, rows), lanes)  # lane g * R + r has rate g
    scale = torch.tensor(factors, dtype=torch.float64).repeat_interleave(count)
    descent = Descent(net.weights(), kind, usual * scale, **more)
    weights = list(net.parameters())
    order = replicates.batches("batches", len(rows), batch, steps)  # (R, T, B)
    each = torch.arange(count, device=order.device)[:, None]
    net.train()
    losses, norms, sums = [], [], [torch.zeros_like(weight) for weight in weights]
    for step in range(steps):
        index = order[:, step]
        x, y = (_copied(part[each, index], lanes) for part in (rows.x, rows.y))
        loss = cross_entropy(net(x), y)  # (G R,)
        descent.zero_grad()
        loss.sum().backward()
        if every and step % every == 0:  # what `zero_grad` does
            sums = [torch.zeros_like(weight) for weight in weights]
        for weight, total in zip(weights, sums, strict=True):  # what `backward` does without it
            weight.grad += total
        norms.append(grad_norm(weights))
        if clip:
            clip_grad_norm(weights, clip)
        sums = [weight.grad.clone() for weight in weights]
        descent.step()
        losses.append(capped(loss.detach(), 100.0))
    chance = torch.tensor(float(rows.classes)).log()
    best = _best(net.eval(), rows.x_valid, rows.y_valid, lanes)  # (R,)
    chosen = best * count + each[:, 0]
    path = torch.stack(losses, 1)[chosen] / chance
    smooth = path.unfold(1, 10, 1).mean(2)  # (R, T - 9)
    x, y = rows.open_test()
    with torch.no_grad():
        right = accuracy(net(_copied(x, lanes)).nan_to_num(), _copied(y, lanes))[chosen]
    sizes = torch.stack(norms, 1)[chosen]
    return {
        "accuracy": right,
        "reached": smooth[:, -1],
        "lowest": smooth.amin(1),
        "rise": smooth[:, -1] / smooth.amin(1),
        "loss_at": path,
        "norm_at": capped(sizes / sizes[:, :1], 1e6),
        "step": torch.arange(1, steps + 1),
        "picked": scale.to(chosen.device)[chosen],
    }


def _copied(rows: Tensor, lanes: int) -> Tensor:
    """(R, …) for each of G rates: (G R, …)."""
    return rows.repeat(lanes, *[1] * (rows.dim() - 1))


@torch.no_grad()
def _best(net: torch.nn.Module, x: Tensor, y: Tensor, lanes: int) -> Tensor:
    """The rate of each replicate that gets most validation rows right, equal ones by loss, (R,)."""
    logits, y = net(_copied(x, lanes)).nan_to_num(), _copied(y, lanes)
    right = accuracy(logits, y)
    loss = capped(cross_entropy(logits, y), 100.0).double()
    return (right - 1e-6 * loss).view(lanes, -1).argmax(0)


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
