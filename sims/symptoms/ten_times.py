"""Is the learning rate too high or too low? A hundred steps at it, at ten times and at a tenth.

python sims/symptoms/ten_times.py --times 0.03 --model conv

https://github.com/google-research/tuning_playbook
"""

from typing import Literal

import torch
from torch import Tensor

from dlfaq.sim import Replicates, accuracy
from dlfaq.sim.copies import load_state, saved_state
from dlfaq.sim.losses import capped
from dlfaq.sim.setups import Setup
from dlfaq.sim.training import train


def ten_times(
    replicates: Replicates,
    times: float = 1.0,
    model: Literal["mlp", "conv", "transformer"] = "mlp",
    optimizer: Literal["sgd", "adamw"] = "adamw",
    fault: Literal["none", "shuffled", "constant", "cut"] = "none",
    factor: float = 10.0,
    margin: float = 0.05,
    schedule: Literal["constant", "linear"] = "constant",
    norm: Literal["none", "batch", "layer"] = "none",
    data: Literal["digits", "cancer", "wine"] = "digits",
    hidden: int = 32,
    batch: int = 32,
    steps: int = 100,
    whole: int = 400,
) -> dict[str, Tensor]:
    """Compare short runs at three rates, follow what they say, and look at signs in the loss.

    Setting: a {model} on {data} (other fault: {fault}), {optimizer} at {times} times its usual
        rate, schedule {schedule}, norm: {norm}; {steps} steps on batches of {batch} at it, at
        {factor} times and at the {factor}th part; whole run of {whole} steps

    All runs start from the same weights and see the same batches. The end of a short run is the
    mean of its last ten losses. The rate is called too low if the end at the higher rate is lower
    by more than `margin` of its own, else too high if the end at the lower rate is.

    Args:
        replicates: One network and one order of the examples each.
        times: The rate, as a multiple of the usual one in `dlfaq.sim.setups`.
        model: Two hidden layers, two convolutions, or two transformer blocks.
        optimizer: Of the script.
        fault: Another one than the rate: labels of other examples, inputs that are all 0, or no
            gradient for any layer but the last.
        factor: Between the rates that are compared.
        margin: Share by which a loss must be lower to count.
        schedule: Of the whole run.
        norm: Normalization before each ReLU of the first two models.
        data: What is learnt; the last two need an MLP.
        hidden: Units of each hidden layer of an MLP.
        batch: Examples of a step.
        steps: Steps of a short run.
        whole: Steps of the whole run.

    Metrics:
        low: 1 if the rate is called too low, in [0, 1].
        high: 1 if it is called too high, in [0, 1].
        named: 1 if that is right: too low below a fifth of the usual rate, too high above five
            times it, neither between them and with another fault, in [0, 1].
        accuracy: on the test examples after the whole run at the rate, in [0, 1].
        followed: the same at `factor` times the rate if it is called too low, at its `factor`th
            part if too high, in [0, 1].
        rose: 1 if its short run ends above its first loss, or was inf or NaN, in [0, 1].
        spiked: 1 if a loss of its short run was twice the first one, inf or NaN, in [0, 1].
        slow: 1 if its short run ends above 0.7 of its first loss without rising, in [0, 1].
        straight: share of the fall of its short run that the second half brought, in [0, 1]; 0 if
            the loss did not fall.
    """
    setup = Setup(model, optimizer, times, norm, 0.0, data, hidden)
    rows = setup.data(replicates)
    if fault == "shuffled":
        rows.y = rows.y.gather(1, replicates.permutation("labels", len(rows)))
    if fault == "constant":
        rows = rows.mapped(torch.zeros_like)
    net = setup.network(replicates, rows, cut=fault == "cut")
    start = saved_state(net)
    order = replicates.batches("batches", len(rows), batch, max(steps, whole))

    def run(rate: Tensor | float, count: int, schedule: str = "constant") -> Tensor:
        """Losses (R, count) from the start on, at most 100."""
        load_state(net, start)
        how = {"optimizer": optimizer, "schedule": schedule}
        return capped(train(net, rows, order[:, :count], lr=rate, **how).loss, 100.0)

    paths = [run(setup.rate * power, steps) for power in (1.0, factor, 1 / factor)]
    own, above, below = (path[:, -10:].mean(1) for path in paths)
    low = above < (1 - margin) * own
    high = ~low & (below < (1 - margin) * own)
    expected = (times < 0.2, times > 5.0) if fault == "none" else (False, False)
    advised = torch.where(low, factor, torch.where(high, 1 / factor, 1.0)).double()
    ended = []  # weights after whole runs
    for rate in (setup.rate, setup.rate * advised):
        run(rate, whole, schedule)
        ended.append(saved_state(net))
    x, y = rows.open_test()
    right = []
    for state in ended:
        load_state(net, state)
        with torch.no_grad():
            right.append(accuracy(net.eval()(x).nan_to_num(), y))
    path, first = paths[0], paths[0][:, 0]
    half = path[:, steps // 2 - 5 : steps // 2 + 5].mean(1)
    fall = path[:, :5].mean(1) - own
    rose = ~(own < first)
    return {
        "low": low.float(),
        "high": high.float(),
        "named": (low == expected[0]) & (high == expected[1]),
        "accuracy": right[0],
        "followed": right[1],
        "rose": rose.float(),
        "spiked": ~(path.amax(1) < 2 * first),
        "slow": ~rose & (own > 0.7 * first),
        "straight": torch.where(fall > 0, (half - own) / fall, 0.0).clamp(0, 1),
    }


if __name__ == "__main__":
    from dlfaq.cli import run_alone

    run_alone(__file__)
