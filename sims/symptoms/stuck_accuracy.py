"""Four numbers that tell why held-out accuracy stands at chance: each cause, one script at a time.

python sims/symptoms/stuck_accuracy.py --fault class-order --model conv
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.faults import FAULTS, Script
from dlfaq.sim.probes import one_batch
from dlfaq.sim.setups import Setup

# Where each fault should send its script; the first three leave the training as it is.
EXPECTED = {
    "broadcast": "metric", "class-order": "order", "held-pairs": "held",
    "shuffled-once": "pairs", "mixed-examples": "pairs",
    "other-parameters": "training", "rate-low": "training", "rate-high": "training",
    "constant-inputs": "training", "zero-weights": "training",
}  # fmt: skip
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def stuck_accuracy(
    replicates: Replicates,
    fault: Literal[
        "none", "broadcast", "class-order", "held-pairs", "shuffled-once", "mixed-examples",
        "other-parameters", "rate-low", "rate-high", "constant-inputs", "zero-weights",
    ] = "none",
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    times: float = 1.0,
    norm: Literal["none", "batch", "layer"] = "none",
    dropout: float = 0.0,
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 200,
    unused: float = 0.2,
    low: float = 0.05,
) -> dict[str, Tensor]:  # fmt: skip
    """Train a script that has one fault, then count right answers on three sets of examples.

    Setting: a {model} on {data} (fault: {fault}), {optimizer} at {times} times its usual rate,
    norm: {norm}, dropout {dropout}, {steps} steps with batches of {batch}

    Args:
        replicates: One network and one choice of training examples each.
        fault: What is wrong: a name of `dlfaq.sim.faults`, or in evaluation: `broadcast`, labels
            (N, 1) compared with answers (N,); `class-order`, held-out digits numbered by the
            alphabet, or the classes of tables backwards; `held-pairs`, held-out labels shuffled
            apart from their inputs.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the script.
        times: Its rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        norm: Normalization before each ReLU of the first two models.
        dropout: Share of what enters the last layer that training sets to 0.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples a step.
        steps: Steps, and as many again on one batch of 16.
        unused: Share of the training loader's examples that are not trained on.
        low: The one batch is learnt by heart if its loss ends below this, in nats.

    Metrics:
        reported: share right of the held-out set as the script counts it, in [0, 1].
        held: the same, counted as answers (N,) against labels (N,), in [0, 1].
        matched: the same, if each answered class may stand for another one, in [0, 1].
        apart: share right of the examples of the training loader not trained on, in [0, 1].
        trained: share right of the training examples, in [0, 1].
        common: share of the held-out set that gets the commonest answer, in [0, 1].
        loss: mean of the last ten losses of the run, in nats, at most 100.
        fitted: loss after as many steps on one batch of 16, in nats, at most 100.
        stuck: 1 if the script reports less than a quarter of the way from chance to 1, in [0, 1].
        pairs: 1 if it is stuck and the questions send to the training pairs, in [0, 1].
        named: 1 if it is stuck and they name the place of this fault, in [0, 1].
    """
    setup = Setup(model, optimizer, times, norm, dropout, data, hidden)
    script = Script(replicates, setup, FAULTS.get(fault, FAULTS["none"]))
    x, y, k = script.data.x, script.data.y, script.data.classes  # (R, n, 64) and (R, n)
    n, each = round(len(script.data) * (1 - unused)), torch.arange(len(replicates))[:, None]
    fitted = one_batch(script, x[:, :16], y[:, :16], steps)[:, -1]
    order = replicates.batches("batches", n, batch, steps)
    losses = script.train((x[each, order[:, i]], y[each, order[:, i]]) for i in range(steps))

    script.net.eval()
    test_x, test_y = script.data.open_test()
    if fault == "class-order":
        numbers = (
            [sorted(NAMES).index(name) for name in NAMES] if k == len(NAMES) else range(k)[::-1]
        )
        test_y = torch.tensor(numbers, device=test_y.device)[test_y]
    if fault == "held-pairs":
        test_y = test_y.gather(1, replicates.permutation("held", test_y.shape[1]))
    with torch.no_grad():
        z = script.outputs(test_x).nan_to_num()
        trained = accuracy(script.outputs(x[:, :n]).nan_to_num(), y[:, :n])
        fresh = accuracy(script.outputs(x[:, n:]).nan_to_num(), y[:, n:])
    answer = z.argmax(-1)  # (R, m)
    reported = held = accuracy(z, test_y)
    if fault == "broadcast":
        reported = (answer[:, None, :] == test_y[:, :, None]).double().mean((1, 2))
    given, true = (F.one_hot(labels, k).double() for labels in (answer, test_y))  # (R, m, k)
    table = given.mT @ true / given.shape[1]  # (R, k, k): answers by labels, as shares
    matched, common = table.amax(-1).sum(-1), table.sum(-1).amax(-1)

    chance = true.mean(1).amax(-1)  # (R,): always the commonest class
    stuck, half = reported < chance + (1 - chance) / 4, chance + (1 - chance) / 2
    signs = {  # the questions in their order; the first that says yes names the place
        "metric": held >= half,
        "order": matched >= half,
        "held": fresh >= half,
        "pairs": fitted < low,
        "training": torch.ones_like(stuck),
    }
    first = torch.stack([*signs.values()], 1).double().argmax(1)
    place = list(signs).index(EXPECTED[fault]) if fault in EXPECTED else -1
    return {
        "reported": reported,
        "held": held,
        "matched": matched,
        "apart": fresh,
        "trained": trained,
        "common": common,
        "loss": losses[:, -10:].mean(1),
        "fitted": fitted,
        "stuck": stuck.double(),
        "pairs": (stuck & (first == list(signs).index("pairs"))).double(),
        "named": (stuck & (first == place)).double(),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
