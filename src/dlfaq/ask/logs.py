"""The shape of the numbers in a pasted training log: what happened, in words that can be asked.

Only losses and accuracies are read, of training and of held-out data. Where their course is nothing
that one would ask about, that is said. Standard library only.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MOST = 400_000  # letters
LEAST = 3  # values of a metric from which on it has a course
ENDS = 5  # the mean of the first and of the last fifth stand for beginning and end
FLAT, CLEAR = 0.03, 0.1  # relative change that is none, and that is one
GAP = 0.15  # of accuracies, between training and held-out data
NEAR = 0.02  # how near a loss must be to ln k, an accuracy to 1/k
CLASSES = (2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 100, 1000)
WORD_OR_NUMBER = r"[A-Za-z]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?"
HELD_OUT = ("val", "test", "eval", "dev")
METRICS = {"loss": "loss", "losses": "loss", "acc": "accuracy", "accuracy": "accuracy"}
COUNTERS = frozenset(
    [
        "epoch",
        "epochs",
        "step",
        "steps",
        "iter",
        "iteration",
        "iterations",
        "batch",
        "lr",
        "time",
        "eta",
    ]
)
MOST_PERCENT = 100

Name = tuple[str, str]  # (training or held out, metric)
NOTHING = "nothing unusual in its losses and accuracies"
Course = Mapping[Name, Sequence[float]]


class Log(NamedTuple):
    """What a log shows.

    Attributes:
        said: The numbers that tell it, for people.
        means: The same as a question would put it.
        words: The lines of the text that are no log.
    """

    said: str
    means: str
    words: str


def read_log(text: str) -> Log | None:
    """What the numbers of a pasted log show; None if it is none."""
    text = text[:MOST]
    lower = text.lower()
    if text.count("\n") < LEAST - 1 or not ("loss" in lower or "acc" in lower):
        return None
    course, words = _course(text.splitlines())
    if max(map(len, course.values()), default=0) < LEAST:
        return None
    said, means = next(_shapes(course), (NOTHING, ""))
    return Log(said, means, words)


def _course(lines: Sequence[str]) -> tuple[Course, str]:
    """The values of each metric in order, and the lines that hold none."""
    course: dict[Name, list[float]] = {}
    words, columns = [], ()
    for line in lines:
        found = list(_values(line))
        header = _header(line)
        if len(header) > 1 and not found:
            columns = header
        elif columns and not found and (cells := _row(line, len(columns))):
            found = [(name, value) for name, value in zip(columns, cells, strict=True) if name[1]]
        elif not found:
            words.append(line)
        for name, value in found:
            course.setdefault(name, []).append(value)
    return course, "\n".join(words)


def _values(line: str) -> Iterator[tuple[Name, float]]:
    """Each metric with its value: `train: loss 0.5 acc 80% | val_loss=0.6`."""
    part, metric = "training", ""
    for token in re.findall(WORD_OR_NUMBER, line):
        word = token.lower()
        if word in {"nan", "inf"}:
            if metric:
                yield (part, metric), math.nan
                metric = ""
        elif word[0].isalpha():
            part = _part(word, part)
            metric = METRICS.get(word, "" if word in COUNTERS else metric)
        elif metric and (value := _number(word, metric)) is not None:
            yield (part, metric), value
            metric = ""


def _part(word: str, before: str) -> str:
    return (
        "training"
        if word.startswith("train")
        else "validation"
        if word.startswith(HELD_OUT)
        else before
    )


def _number(word: str, metric: str) -> float | None:
    """A value, an accuracy as a share; None for what cannot be one, such as a count."""
    value = float(word.rstrip("%"))
    if metric == "accuracy":
        if not 0 <= value <= MOST_PERCENT:
            return None
        return value / 100 if word.endswith("%") or value > 1 else value
    return value


def _header(line: str) -> tuple[Name, ...]:
    """The columns of a table whose first line this is; a metric is empty where none is named."""
    cells = [cell for cell in re.split(r"\t|\||\s{2,}|,", line.lower()) if cell.strip()]
    found = []
    for cell in cells:
        words = re.findall("[a-z]+", cell)
        part = "training"
        for word in words:
            part = _part(word, part)
        metric = next((METRICS[word] for word in words if word in METRICS), "")
        found.append((part, metric))
    return tuple(found) if any(metric for _, metric in found) else ()


def _row(line: str, count: int) -> list[float]:
    """The numbers of a table's row; empty if it is none."""
    cells = [cell for cell in re.split(r"[\s|,]+", line.strip()) if cell]
    try:
        values = [float(cell.rstrip("%")) for cell in cells]
    except ValueError:
        return []
    return values if len(values) == count else []


def _shapes(course: Course) -> Iterator[tuple[str, str]]:
    """What is remarkable, the most telling first: (the numbers that show it, a question)."""
    losses = [course.get((part, "loss"), ()) for part in ("training", "validation")]
    shares = [course.get((part, "accuracy"), ()) for part in ("training", "validation")]
    for loss in losses:
        yield from _not_a_number(loss)
    finite = [[value for value in one if math.isfinite(value)] for one in (*losses, *shares)]
    loss, held_out, share, held_out_share = finite
    yield from _overfits(loss, held_out)
    yield from _flat(loss or held_out)
    yield from _at_chance(share or held_out_share)
    yield from _rises(loss)
    yield from _apart(share, held_out_share)
    yield from _reversed(loss, held_out)


def _not_a_number(loss: Sequence[float]) -> Iterator[tuple[str, str]]:
    place = next((i for i, value in enumerate(loss) if math.isnan(value)), None)
    if place == 0:
        yield "the loss is nan from the first line on", "loss is nan from the first step"
    elif place is not None:
        yield f"loss {_short(loss[place - 1])}, then nan", "my loss becomes nan during training"


def _overfits(loss: Sequence[float], held_out: Sequence[float]) -> Iterator[tuple[str, str]]:
    if min(len(loss), len(held_out)) < LEAST:
        return
    falls = _end(loss) < (1 - CLEAR) * _begin(loss)
    if falls and held_out[-1] > (1 + CLEAR) * min(held_out) and held_out[-1] > loss[-1]:
        said = f"training {_short(loss[-1])}, validation {_short(held_out[-1])} and rising"
        yield said, "training loss falls but validation loss rises, overfitting"


def _flat(loss: Sequence[float]) -> Iterator[tuple[str, str]]:
    if len(loss) < LEAST or not _is_flat(loss):
        return
    mean = sum(loss) / len(loss)
    for classes in CLASSES:
        if abs(mean / math.log(classes) - 1) < NEAR:
            said = f"the loss is flat at {_short(mean)}, which is ln {classes}"
            yield said, f"loss stuck at {mean:.3f}, accuracy stuck at chance level"
    yield f"the loss is flat at {_short(mean)}", "training loss does not decrease, it stays flat"


def _at_chance(share: Sequence[float]) -> Iterator[tuple[str, str]]:
    if len(share) < LEAST or max(share) - min(share) > NEAR:
        return
    mean = sum(share) / len(share)
    for classes in CLASSES:
        if abs(mean * classes - 1) < 2 * NEAR:
            said = f"accuracy {_short(mean)} throughout, chance for {classes} classes"
            yield said, "accuracy stuck at chance level"


def _rises(loss: Sequence[float]) -> Iterator[tuple[str, str]]:
    if len(loss) >= LEAST and _end(loss) > 2 * abs(_begin(loss)):
        said = f"training loss from {_short(loss[0])} up to {_short(loss[-1])}"
        yield said, "training loss increases and diverges"


def _apart(share: Sequence[float], held_out: Sequence[float]) -> Iterator[tuple[str, str]]:
    if min(len(share), len(held_out)) >= LEAST and share[-1] - held_out[-1] > GAP:
        said = f"training accuracy {_short(share[-1])}, validation {_short(held_out[-1])}"
        yield said, "high training accuracy but low validation accuracy, overfitting"


def _reversed(loss: Sequence[float], held_out: Sequence[float]) -> Iterator[tuple[str, str]]:
    if min(len(loss), len(held_out)) >= LEAST and held_out[-1] < (1 - CLEAR) * loss[-1]:
        said = f"validation {_short(held_out[-1])} below training {_short(loss[-1])}"
        yield said, "validation loss is lower than training loss"


def _is_flat(values: Sequence[float]) -> bool:
    return max(values) - min(values) <= FLAT * abs(sum(values) / len(values))


def _begin(values: Sequence[float]) -> float:
    count = max(1, len(values) // ENDS)
    return sum(values[:count]) / count


def _end(values: Sequence[float]) -> float:
    count = max(1, len(values) // ENDS)
    return sum(values[-count:]) / count


def _short(value: float) -> str:
    return f"{value:.3g}"
