"""Watch ten steps of a training script with one fault or none, and say why weights stand still.

python sims/symptoms/watched_steps.py --case new-head --model conv

The loop is written out, since hooks, schedulers and loss scaling act on a whole optimizer.

https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html
"""

import math
from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates
from dlfaq.sim.plain_scripts import FAULTS, PlainScript, plain_scripts
from dlfaq.sim.setups import Setup
from dlfaq.sim.watch import LEARNS, watch


def watched_steps(
    replicates: Replicates,
    case: Literal[
        "none", "zero-head", "warmup", "scaler", "scaler-fused", "accumulation",
        "long-accumulation", "unused", "no-step", "nan-gradient", "nan-fused", "other-model",
        "new-head", "frozen", "cut-loss", "cut-middle", "step-first", "zero-late", "dead",
        "rate-zero", "bfloat16",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0,
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    watched: int = 10,
    steps: int = 10,
) -> dict[str, Tensor]:  # fmt: skip
    """Train each network by an ordinary script and watch its first steps.

    Setting: a {model} on {data} (case: {case}), {optimizer} at {times} times its usual rate,
        norm: {norm}; {watched} of {steps} steps on batches of {batch} watched

    Args:
        replicates: One network and one order of the examples each.
        case: What is special about the script, or wrong with it.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the script.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples of a step.
        watched: Steps at the beginning that are watched, at most `steps`.
        steps: Steps of the run.

    Metrics:
        still: share of the parameters that are the same before and after the watched steps, in
            [0, 1].
        accused: 1 if the watch says of any parameter that it does not learn, in [0, 1].
        named: 1 if all that it says of those is the one word for the fault, in [0, 1].
        reached: mean of the last ten losses over ln k, at most 100.
        accuracy: on the test examples after the run, in [0, 1].
    """
    setup = Setup(model, optimizer, times, norm, 0.0, data, hidden)
    rows = setup.data(replicates)
    scripts = plain_scripts(replicates, setup, rows, case)
    order = replicates.batches("batches", len(rows), batch, steps)  # (R, steps, B)
    x_test, y_test = rows.open_test()
    expected = FAULTS.get(case, ("", ""))[1]
    measured = []
    for i, script in enumerate(scripts):
        words, still, losses = _run(script, rows.x[i][order[i]], rows.y[i][order[i]], watched)
        measured.append({
            "still": still,
            "accused": bool(words),
            "named": words == {expected},
            "reached": sum(losses[-10:]) / len(losses[-10:]) / math.log(rows.classes),
            "accuracy": _right(script, x_test[i], y_test[i]),
        })  # fmt: skip
    return {
        name: torch.tensor([one[name] for one in measured], dtype=torch.float64)
        for name in measured[0]
    }


def _run(
    script: PlainScript, x: Tensor, y: Tensor, watched: int
) -> tuple[set[str], float, list[float]]:
    """What the watch says but `learns`, the share of parameters that stand still, all losses."""
    before = {n: p.detach().clone() for n, p in script.model.named_parameters()}
    losses: list[float] = []

    def train_step() -> None:
        losses.append(min(script.step(x[len(losses)], y[len(losses)]).nan_to_num(100).item(), 100))

    script.model.train()
    words = watch(script.model, script.optimizer, train_step, watched)
    still = [torch.equal(p, before[n]) for n, p in script.model.named_parameters()]
    while len(losses) < len(x):
        train_step()
    return {*words.values()} - {LEARNS}, sum(still) / len(still), losses


@torch.no_grad()
def _right(script: PlainScript, x: Tensor, y: Tensor) -> float:
    """Share of the test examples (m, d) that are recognized in evaluation mode."""
    script.model.eval()
    return (script.outputs(x).argmax(1) == y).double().mean().item()


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
