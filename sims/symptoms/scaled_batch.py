"""Learn one batch by heart: does the scale of the pixels decide what that shows?

python sims/symptoms/scaled_batch.py --fault no-zero-grad --pixels unit

https://karpathy.github.io/2019/04/25/recipe/
"""

from dataclasses import replace
from typing import Literal

from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.faults import FAULTS, Script
from dlfaq.sim.losses import first_time
from dlfaq.sim.probes import one_batch
from dlfaq.sim.setups import Setup


def scaled_batch(
    replicates: Replicates,
    fault: Literal["none", "softmax-twice", "no-zero-grad"] = "none",
    pixels: Literal["centred", "together", "unit"] = "centred",
    model: Literal["mlp", "conv"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0,
    norm: Literal["none", "batch", "layer"] = "none",
    hidden: int = 32,
    examples: int = 16,
    steps: int = 200,
    low: float = 0.05,
) -> dict[str, Tensor]:
    """Train on one batch of digits whose pixels were scaled in one of three ways.

    Setting: a {model} of {hidden} units a layer on {examples} digits (pixels: {pixels}; fault:
        {fault}), norm: {norm}, {optimizer} at {times} times its usual rate, {steps} steps

    Args:
        replicates: One network and one batch each.
        fault: What is wrong, a name of `dlfaq.sim.faults`.
        pixels: `centred`: each pixel's mean is taken off, then all are divided by one standard
            deviation. `together`: one mean and one standard deviation for all. `unit`: 0 to 1.
        model: Two hidden layers, or two convolutions of eight channels.
        optimizer: Of the script; AdamW with its default weight decay.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU.
        hidden: Units of each hidden layer of an MLP.
        examples: Examples of the batch.
        steps: Steps on it.
        low: The batch is learnt by heart if its loss ends below this, in nats.

    Metrics:
        batch: 1 if the batch is not learnt by heart, in [0, 1].
        fitted: loss after the steps, in nats, at most 100.
        needed: steps until the loss was below `low`; `steps` if it never was.
    """
    setup = Setup(model, optimizer, times, norm, hidden=hidden)
    decay = 0.01 if optimizer == "adamw" else None
    wrong = replace(FAULTS[fault], raw=pixels != "centred")
    script = Script(replicates, setup, wrong, decay=decay)
    x = script.data.x if pixels == "centred" else script.data.x / 255  # (R, n, 64)
    if pixels == "together":
        x = (x - x.mean((1, 2), keepdim=True)) / x.std((1, 2), keepdim=True)
    path = one_batch(script, x[:, :examples], script.data.y[:, :examples], steps)  # (R, steps)
    return {
        "batch": (~(path[:, -1] < low)).float(),
        "fitted": path[:, -1],
        "needed": first_time(path < low),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
