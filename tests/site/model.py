"""A small FAQ of the second form, in which every kind of claim, ground and verdict is shown."""

from pathlib import Path

SIMULATION = '''"""The error of an average of noisy numbers, while it is learned.

python sims/noisy_average.py --numbers 100
"""

import torch
from torch import Tensor

from dlfaq.sim import Replicates


def noisy_average(
    replicates: Replicates,
    numbers: int = 100,
    steps: int = 20,
    lr: float = 0.2,
    shared: float = 0.0,
    double: bool = False,
) -> dict[str, Tensor]:
    """Learn the mean of numbers whose true mean is 0, by gradient descent from 1.

    Setting: the mean of {numbers} noisy numbers, learned from 1 in {steps} steps at rate {lr}

    Args:
        replicates: One set of numbers each.
        numbers: How many numbers n are averaged.
        steps: Steps of gradient descent.
        lr: Its rate, from 0 to 1.
        shared: Share of the noise's variance that all numbers have in common, 0 to 1.
        double: Whether to compute in 64 bits.

    Metrics:
        error: absolute difference between what was learned and the true mean.
        path[step]: the same at each step.
        left: share of the start that is left, in [0, 1].
        bits: bits of a number.
    """
    own = replicates.normal("own", numbers)  # (R, n)
    common = replicates.normal("common", 1)  # (R, 1)
    target = ((1 - shared) ** 0.5 * own + shared**0.5 * common).mean(1)  # (R,)
    step = torch.arange(steps + 1)  # (T,)
    left = (1 - lr) ** step  # (T,) share of the start that is left
    path = torch.abs(target[:, None] * (1 - left) + left)  # (R, T)
    kind = torch.float64 if double else torch.get_default_dtype()
    bits = torch.full_like(target, torch.finfo(kind).bits)
    left = left[-1].expand(len(target))  # (R,)
    return {"error": path[:, -1], "path": path, "left": left, "bits": bits, "step": step}
'''

ENTRY = """\
question: How many numbers should I average, and for how long?
topics: [training]
also_asked: [how long to learn a mean]
answer:
  short: >-
    Averaging $n$ independent numbers divides the noise by $\\sqrt n$: with four times as many, half
    the error ({{ more-help.mean(many.error) | .3f }} instead of
    {{ more-help.mean(few.error) | .3f }}), once it was learned long enough [@gauss-1823]. Noise
    that all of them share stays.
  do:
    - step: Average four times as many independent numbers to halve the error.
      code: |
        # independent ones: shared noise stays
        estimate = y.mean()
      because: more-help
    - step: Learn for at least 20 steps; after 2 steps the start is still seen.
      code: |
        for step in range(20):
            estimate = estimate - 0.2 * (estimate - y.mean())
      because: [start-is-forgotten, gauss-1823]
    - step: Look for noise that all numbers share before you take more of them.
      because: [more-help, practice]
    - step: Do not wait for the error to reach zero.
      because: [start-decays, single-precision]
  parts:
    - id: square-root
      title: Why the square root
      asked: [why does the noise fall only with the square root?]
      text: |
        Variances add, so the variance of the average is $n/n^2 = 1/n$ [@gauss-1823].
        Averages of 100 numbers were off by {{ more-help.mean(few.error) | .2f }}
        (see [the claim](#more-help)).

        $$
        \\operatorname{sd}\\Big(\\frac1n \\sum_i x_i\\Big) = \\frac{1}{\\sqrt n}
        $$
    - id: shared-noise
      title: Shared noise stays
      asked: [why does my average not get better with more data?]
      text: |
        What all numbers have in common, their average has too: `shared` noise does not fall.

        | numbers | error |
        | ---: | --- |
        | 100 | {{ more-help.mean(few.error) | .3f }} |
experiments:
  averages:
    simulation: noisy_average
    arms: {few: {numbers: 100}, many: {numbers: 400}}
    replicates: 256
    limit: 2048
    conditions:
      shared-noise: {given: {shared: 1.0}}
      few-steps: {given: {steps: 2}}
  single:
    simulation: noisy_average
    sweep: {numbers: [64, 256]}
    replicates: 128
    limit: 1024
    conditions:
      no-rate: {given: {lr: 0.0}}
      few-steps: {given: {steps: 2}}
      double: {given: {double: true}}
claims:
  - id: more-help
    kind: measured
    says: Four times as many independent numbers leave less than $0.6$ of the average's error.
    experiment: averages
    expect: mean(many.error - 0.6 * few.error) < 0
    shows: "{{ mean(few.error) | .3f }} with 100 numbers, {{ mean(many.error) | .3f }} with 400"
    holds_under: [longer]
    fails_under:
      shared-noise: Noise that all numbers share is not averaged away.
      few-steps: After two steps both are still where they started.
  - id: start-is-forgotten
    kind: measured
    says: After 20 steps the error is below 0.2.
    experiment: single
    expect: mean(error) < 0.2
    holds_under: [longer]
    fails_under: {few-steps: The start is not forgotten yet.}
  - id: start-decays
    kind: exact
    says: Of the start less than 2 % is left after 20 steps, $|1 - \\eta|^t$.
    experiment: single
    expect: all(left < 0.02)
    fails_under: {no-rate: Nothing moves without a rate.}
  - id: single-precision
    kind: library
    says: PyTorch computes with 32 bits unless it is told otherwise.
    experiment: single
    at: {numbers: 64}
    expect: 31 < mean(bits) < 33
    fails_under: {double: It was told otherwise.}
plots:
  - shows: The error falls with the steps, and stays where the noise ends it.
    claim: more-help
    x: step
    y: error of the average
    lines: {100 numbers: few.path, 400 numbers that are averaged: many.path}
sources:
  - document: notes
    where: L3
    says: Averaging removes all noise.
    ruling: conditional
    because: Only what is not shared; {{ more-help.mean(many.error) | .3f }} is left.
    claims: [more-help]
    page: true
  - {document: notes, where: L4, says: Averages are means., ruling: 'true', because: By definition.}
references:
  - id: gauss-1823
    for: the variance of a mean
    title: Theoria combinationis observationum
    authors: Carl Friedrich Gauss
    year: 1823
    url: https://example.org/gauss
"""


def write_model(root: Path) -> None:
    """Write the entry and its simulation into an FAQ; its source document is `notes`."""
    (root / "faq" / "averaging.yaml").write_text(ENTRY, "utf-8")
    (root / "sims" / "noisy_average.py").write_text(SIMULATION, "utf-8")
