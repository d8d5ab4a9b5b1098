"""AdamW or SGD on weights stored in bfloat16: steps that are rounded away.

python sims/symptoms/rounded_steps.py --stored bfloat16 --lr 0.0001

The loop is written out, since the weights themselves are of another type.

https://github.com/pytorch/ao/pull/1124
"""

from typing import Literal

import torch
from torch import Tensor, nn

from dlfaq.sim import Replicates, accuracy, cross_entropy
from dlfaq.sim.nets import mlp
from dlfaq.sim.precision import pass_layers
from dlfaq.sim.training_data import load

OPTIMIZERS = {"sgd": torch.optim.SGD, "adamw": torch.optim.AdamW}


def rounded_steps(
    replicates: Replicates,
    stored: Literal["float32", "bfloat16"] = "bfloat16",
    computed: Literal["float32", "bfloat16"] = "bfloat16",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    lr: float = 0.0001,
    hidden: int = 32,
    data: Literal["digits", "cancer", "wine"] = "digits",
    batch: int = 32,
    steps: int = 400,
) -> dict[str, Tensor]:
    """Classify with weights, gradients and means of the optimizer stored in one type.

    Setting: two hidden layers of {hidden} ReLUs on {data}, weights stored in {stored}, products in
        {computed}; {steps} steps of {optimizer} at rate {lr} on batches of {batch}.

    Args:
        replicates: One network and one order of the examples each.
        stored: Type of the weights; their gradients and AdamW's means have it too.
        computed: Type of what each layer gets and gives, as under `torch.autocast`.
        optimizer: PyTorch's.
        lr: Learning rate.
        hidden: Units of each hidden layer.
        data: What is classified.
        batch: Examples of a step.
        steps: Steps of training.

    Metrics:
        changed: share of the weights that the first ten steps change, among those with a gradient
            in them, in [0, 1].
        accuracy: on the test examples after all steps, in [0, 1].
    """
    rows = load(replicates, data)
    shape = rows.features, [hidden] * 2, rows.classes
    names = [f"{layer}.{one}" for layer in range(3) for one in ("weight", "bias")]
    net = replicates.stack("net", lambda: nn.Sequential(*_linear(mlp(*shape))))
    weights = [w.detach().to(getattr(torch, stored)).requires_grad_() for w in net.parameters()]
    descent = OPTIMIZERS[optimizer](weights, lr=lr)
    each = torch.arange(len(replicates), device=replicates.device)[:, None]  # (R, 1)
    order = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    start = [w.detach().clone() for w in weights]
    live = [torch.zeros_like(w, dtype=torch.bool) for w in weights]

    def outputs(x: Tensor) -> Tensor:
        """(R, N, d) to (R, N, k)."""
        wide = {name: w.float() for name, w in zip(names, weights, strict=True)}
        return pass_layers(wide, x, computed)

    changed = torch.zeros(len(replicates))
    for step in range(steps):
        x, y = rows.x[each, order[:, step]], rows.y[each, order[:, step]]
        descent.zero_grad()
        cross_entropy(outputs(x), y).sum().backward()
        descent.step()
        if step < 10:
            live = [seen | (w.grad != 0) for seen, w in zip(live, weights, strict=True)]
            moved = [
                ((w != old) & seen).flatten(1).sum(1)
                for w, old, seen in zip(weights, start, live, strict=True)
            ]
            changed = sum(moved) / sum(seen.flatten(1).sum(1) for seen in live)
    x, y = rows.open_test()
    with torch.no_grad():
        right = accuracy(outputs(x), y)
    return {"changed": changed, "accuracy": right}


def _linear(network: nn.Sequential) -> list[nn.Module]:
    return [layer for layer in network if isinstance(layer, nn.Linear)]


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
