"""How often the interval for a mean misses the truth, and how wide it is, beside Student's t.

python benchmarks/interval_coverage.py [--numbers 20000000] [--seed 0]

Misses are shown as multiples of what the level allows: 1.0 is exact, above 2.0 breaks the promise.
Widths are medians, in multiples of the width of Student's t interval on the same samples.
"""

import argparse
import math
import sys

import numpy as np
from scipy import special, stats

from dlfaq.verify.intervals import mean, studentized

LEVELS = (0.05, 1e-3, 1e-4)
SIZES = (2, 4, 8, 16, 32, 64, 128, 256, 512)
CLAIM = 1e-6  # about what one interval of a claim may spend
BATCH = 1_000_000  # numbers held at once


def outliers(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Normal numbers, of which one in twenty lies 20 standard deviations higher."""
    return rng.standard_normal(shape) + 20 * (rng.random(shape) < 0.05)


FAMILIES = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 0.0),
    "exponential": (lambda rng, shape: rng.standard_exponential(shape), 1.0),
    "lognormal(1)": (lambda rng, shape: np.exp(rng.standard_normal(shape)), math.exp(0.5)),
    "5 % outliers": (outliers, 1.0),
    "0/1 at 1 %": (lambda rng, shape: (rng.random(shape) < 0.01).astype(float), 0.01),
    "0/1 at 99 %": (lambda rng, shape: (rng.random(shape) < 0.99).astype(float), 0.99),
}


def student(samples: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """The textbook's interval."""
    n = samples.shape[-1]
    half = -special.stdtrit(n - 1, alpha / 2) * samples.std(-1, ddof=1) / math.sqrt(n)
    return samples.mean(-1) - half, samples.mean(-1) + half


def misses(name: str, size: int, numbers: int, seed: int) -> tuple[int, np.ndarray]:
    """How many samples were drawn, and how many intervals missed: (2 intervals, levels)."""
    draw, truth = FAMILIES[name]
    rng = np.random.default_rng([seed, size])
    count, done, repeats = np.zeros((2, len(LEVELS)), int), 0, numbers // size
    while done < repeats:
        samples = draw(rng, (min(repeats - done, BATCH // size), size))
        done += len(samples)
        for row, interval in enumerate((student, studentized)):
            for column, alpha in enumerate(LEVELS):
                low, high = interval(samples, alpha)
                count[row, column] += int(((truth < low) | (truth > high)).sum())
    return done, count


def coverage(numbers: int, seed: int) -> bool:
    """Print the table of misses; return whether the promise is kept."""
    print("Misses, in multiples of the level (Student's t / ours)")
    print(f"{'':14}{'n':>5}" + "".join(f"{alpha:>18.4%}" for alpha in LEVELS))
    kept = True
    for name in FAMILIES:
        for size in SIZES:
            done, count = misses(name, size, numbers, seed)
            ratio = count / done / np.array(LEVELS)
            cells = "".join(f"{a:>11.2f} / {b:4.2f}" for a, b in ratio.T)
            print(f"{name:14}{size:>5}{cells}", flush=True)
            surprise = stats.binom.sf(count[1] - 1, done, 2 * np.array(LEVELS))
            kept &= bool((surprise > 1e-4).all())
    return kept


def widths(seed: int) -> None:
    """Print the widths at the level of a claim."""
    print(f"\nWidth at {CLAIM:g}, in multiples of Student's t (- : open ends, inconclusive)")
    print(f"{'':14}" + "".join(f"{size:>8}" for size in SIZES))
    rng = np.random.default_rng(seed)
    for name in FAMILIES:
        row = []
        for size in SIZES:
            samples = FAMILIES[name][0](rng, (2000, size))
            samples = samples[np.ptp(samples, axis=1) > 0]
            if not len(samples):
                row.append(math.inf)
                continue
            (low, high), (left, right) = student(samples, CLAIM), studentized(samples, CLAIM)
            row.append(float(np.median((right - left) / (high - low))))
        print(
            f"{name:14}" + "".join(f"{w:>8.2f}" if math.isfinite(w) else f"{'-':>8}" for w in row)
        )
    print("\nThe lower end for accuracies in [0, 1] at that level")
    for what, sample in {
        "all 1.0": np.ones,
        "0.9 +- 0.02": lambda n: 0.9 + 0.02 * noise(n),
    }.items():
        ends = [mean(sample(size), CLAIM, (0.0, 1.0)).interval[0] for size in SIZES]
        print(f"{what:14}" + "".join(f"{end:>8.3f}" for end in ends))


def noise(size: int) -> np.ndarray:
    """Normal quantiles: the sample that looks most normal."""
    return special.ndtri((np.arange(size) + 0.5) / size)


def main() -> int:
    """Exit code 1 if an interval misses more than twice its level."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--numbers", type=int, default=20_000_000, help="drawn for each line")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    kept = coverage(options.numbers, options.seed)
    widths(options.seed)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
