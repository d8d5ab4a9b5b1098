"""Cheap checks of a training script with one fault or none, and what each of them says.

python sims/symptoms/first_checks.py --fault softmax-twice --model conv

https://karpathy.github.io/2019/04/25/recipe/
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.faults import FAULTS, Script
from dlfaq.sim.losses import first_time
from dlfaq.sim.probes import drawn, graph, look, one_batch, twice, update
from dlfaq.sim.setups import Setup

# The check that should name a fault, by its place in the order in which they are made.
EXPECTED = {
    "constant-inputs": 1, "bytes": 1, "softmax-twice": 1, "relu-output": 1,
    "other-parameters": 2, "unregistered": 2, "frozen": 2, "cut-middle": 2, "cut-loss": 2,
    "zero-weights": 2, "no-zero-grad": 3, "shuffled-steps": 3, "rate-low": 4, "rate-high": 4,
    "shuffled-once": 6, "mixed-examples": 6,
}  # fmt: skip


def first_checks(
    replicates: Replicates,
    fault: Literal[
        "none", "softmax-twice", "relu-output", "other-parameters", "frozen", "unregistered",
        "cut-middle", "cut-loss", "no-zero-grad", "rate-low", "rate-high", "zero-weights",
        "shuffled-once", "shuffled-steps", "constant-inputs", "bytes", "mixed-examples",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0,
    norm: Literal["none", "batch", "layer"] = "none",
    dropout: float = 0.0,
    smoothing: float = 0.0,
    wrong: float = 0.0,
    decay: float = 0.01,
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    examples: int = 16,
    steps: int = 200,
    low: float = 0.05,
    least: float = 0.0001,
    most: float = 0.5,
    fall: float = 0.7,
) -> dict[str, Tensor]:  # fmt: skip
    """Make six checks of a script, in their order: glance, graph, repeat, step, batch, run.

    Setting: a {model} on {data} (fault: {fault}; {wrong} of the labels wrong), {optimizer} at
    {times} times its usual rate, norm: {norm}, dropout {dropout}; {steps} steps on one batch of
    {examples}, half as many on batches of 32

    Args:
        replicates: One network and one order of the examples each.
        fault: What is wrong, a name of `dlfaq.sim.faults`.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the script.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU of the first two models.
        dropout: Share of what enters the last layer that training sets to 0.
        smoothing: Label smoothing, in [0, 1).
        wrong: Share of the training examples, drawn at random, with the label of another one.
        decay: Weight decay of AdamW; SGD has none.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        examples: Examples of the one batch.
        steps: Steps on one batch.
        low: The batch is learnt by heart if its loss ends below this, in nats.
        least: The step is too small if the weights change by less than this share of their norm.
        most: It is too large if they change by more.
        fall: The run learns if its last ten losses are on average below this share of ln k.

    Metrics:
        glance: 1 if inputs are unscaled or alike, or a ReLU or softmax made outputs, in [0, 1].
        graph: 1 if the optimizer lacks a parameter or holds one without gradient, in [0, 1].
        repeat: 1 if a second step at rate 0 has another loss or gradient (by 0.1%), in [0, 1].
        step: 1 if the first step is too small or too large, in [0, 1].
        batch: 1 if the batch is not learnt by heart, in [0, 1].
        run: 1 if the run does not learn, in [0, 1].
        accused: 1 if any of the six is 1, in [0, 1].
        named: 1 if the first that is 1 is the one that this fault should set off, in [0, 1].
        update: change of the weights in one step over their norm, at most 100.
        fitted: loss after the steps on one batch, in nats, at most 100.
        needed: steps on one batch until the loss was below `low`; `steps` if it never was.
        reached: mean of the run's last ten losses over ln k, at most 100.
        accuracy: on the test examples after the run, in [0, 1].
    """
    setup = Setup(model, optimizer, times, norm, dropout, data, hidden)
    strength = decay if optimizer == "adamw" else None
    script = Script(replicates, setup, FAULTS[fault], decay=strength, smoothing=smoothing)
    if wrong:
        others = script.data.y.gather(1, replicates.permutation("others", len(script.data)))
        mislabelled = replicates.uniform("wrong", len(script.data)) < wrong
        script.data.y = torch.where(mislabelled, others, script.data.y)
    x, y = script.data.x[:, :examples], script.data.y[:, :examples]
    chance = torch.tensor(float(script.data.classes)).log()
    with torch.no_grad():
        z = script.outputs(x)  # (R, N, k)
    shown = x if FAULTS[fault].inputs is None else FAULTS[fault].inputs(x)
    seen, links, again = look(shown, z), graph(script, x, y), twice(script, x, y)
    moved, path = update(script, x, y), one_batch(script, x, y, steps)  # (R,) and (R, steps)
    losses = script.train(drawn(script, 32, steps // 2))
    reached = losses[:, -10:].mean(1) / chance
    complaints = {
        "glance": seen["unscaled"] | seen["clipped"],
        "graph": (links["missing"] > 0) | (links["idle"] > 0),
        "repeat": ((again["loss_ratio"] - 1).abs() > 0.001)
        | ((again["norm_ratio"] - 1).abs() > 0.001),
        "step": (moved < least) | ~(moved < most),
        "batch": ~(path[:, -1] < low),
        "run": ~(reached < fall),
    }
    table = torch.stack([*complaints.values()], 1).float()  # (R, 6)
    accused = table.amax(1)
    script.net.eval()
    test_x, test_y = script.data.open_test()
    with torch.no_grad():
        right = accuracy(script.outputs(test_x).nan_to_num(), test_y)
    return {
        **{name: value.float() for name, value in complaints.items()},
        "accused": accused,
        "named": accused * (table.argmax(1) + 1 == EXPECTED.get(fault, 6 if wrong else 0)),
        "update": moved.nan_to_num(100, 100).clamp(max=100),
        "fitted": path[:, -1],
        "needed": first_time(path < low),
        "reached": reached.clamp(max=100),
        "accuracy": right,
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
