"""Simulations read from their source: what they take and measure, and what makes a file none."""

import pytest
from tests.knowledge.conftest import edit

from dlfaq.errors import Problems
from dlfaq.knowledge.simulations import (
    Metric,
    Parameter,
    coerce,
    mistyped,
    read_simulation,
    simulation_names,
)

FILE = "sims/noise.py"


def refused(root) -> str:
    with pytest.raises(Problems) as caught:
        read_simulation(root, "noise")
    return str(caught.value)


def test_a_signature(root):
    """Types, defaults, choices and descriptions; a description may run over several lines."""
    signature = read_simulation(root, "noise")

    assert signature.name == "noise"
    assert signature.summary == "Noise."
    assert signature.doc.startswith("Draw numbers.")
    assert signature.parameters == {
        "shift": Parameter("shift", "float", 0.0, (), "Added to it."),
        "kind": Parameter("kind", "str", "plain", ("plain", "wide"), "How wide it is."),
        "count": Parameter("count", "int", 3, (), "Points of the curve."),
    }
    assert list(signature.metrics.values()) == [
        Metric("value", None, "the number."),
        Metric("curve", "step", "the number again and again."),
    ]
    assert simulation_names(root) == ["noise"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Setting: {count} numbers,\n        {kind}\n\n    Args:", "{count} numbers, {kind}"),
        ("Setting:\n        {count} numbers\n    Args:", "{count} numbers"),
        ("Args:", ""),
    ],
)
def test_the_setting(root, written, read):
    """One sentence with parameters in braces, in one line or more."""
    edit(root, "Args:", written, FILE)
    signature = read_simulation(root, "noise")

    assert signature.setting == read
    assert "count" in signature.parameters


def test_a_setting_names_parameters_only(root):
    edit(root, "Args:", "Setting: {counts} numbers\n\n    Args:", FILE)

    assert (
        "the setting names 'counts', which is not a parameter.\n  Did you mean 'count'?"
        in refused(root)
    )


def test_nothing_is_imported_or_run(root):
    """A file that would do harm when imported is read like any other."""
    path = root / FILE
    path.write_text(
        path.read_text() + "\nraise SystemExit(open('/dev/null'))\nimport no_such_module\n"
    )

    assert read_simulation(root, "noise").name == "noise"


def test_an_edited_file_is_read_anew(root):
    """What is remembered is of the text, not of the name."""
    assert read_simulation(root, "noise").parameters["count"].default == 3
    edit(root, "count: int = 3", "count: int = 4", FILE)

    assert read_simulation(root, "noise").parameters["count"].default == 4


def test_keyword_only_parameters_and_float_defaults(root):
    """A star before the parameters is fine; a whole number is a float where a float is declared."""
    edit(
        root,
        "replicates: Replicates, shift: float = 0.0,",
        "replicates: Replicates, *, shift: float = -2,",
        FILE,
    )
    shift = read_simulation(root, "noise").parameters["shift"]

    assert (shift.default, type(shift.default)) == (-2.0, float)


SHIFT = "shift: float = 0.0"
FAULTS = {
    "no function": (
        "def noise(", "def noises(", "noise.py:1: there is no function 'noise'",
        "Did you mean 'noises'?",
    ),
    "not Python": ("def noise(", "def noise((", "this is not Python: "),
    "null byte": ("def noise(", "\0", "this is not Python: "),
    "no default": (
        SHIFT + ", kind", "shift: float, kind", "noise.py:8: the parameter 'shift' has no default.",
    ),
    "no annotation": (
        SHIFT, "shift=0.0",
        "noise.py:8: the parameter 'shift' is annotated with none of int, float, bool",
    ),
    "other annotation": (SHIFT, "shift: complex = 0.0", "is annotated with none of"),
    "computed default": (SHIFT, "shift: float = 1 / 3", "has a default that is not a plain number"),
    "default of none": (SHIFT, "shift: float = None", "has a default that is not a plain number"),
    "default of another type": (
        SHIFT, "shift: float = 'x'", "has a default that is 'x', not of type float.",
    ),
    "infinite default": (SHIFT, "shift: float = 1e999", "not a finite number"),
    "truth for an int": ("count: int = 3", "count: int = True", "True, not of type int"),
    "default that is no choice": (
        '= "plain"', '= "plane"', "has a default that is 'plane'", "Did you mean 'plain'?",
    ),
    "choices of names": (
        'Literal["plain", "wide"]', "Literal[plain]", "has choices that are not plain",
    ),
    "choices of none": ('Literal["plain", "wide"]', "Literal[()]", "is annotated with none of"),
    "no replicates": (
        "replicates: Replicates, ", "", "noise.py:8: noise does not take `replicates` first",
    ),
    "more arguments": (
        "count: int = 3", "count: int = 3, *more", "does not take `replicates` first",
    ),
    "more keywords": (
        "count: int = 3", "count: int = 3, **more", "does not take `replicates` first",
    ),
    "second public function": (
        '"""Noise."""\n', '"""Noise."""\n\n\ndef helper(): ...\n',
        "4: 'helper' is a second public function",
    ),
    "undocumented parameter": (
        "        shift: Added to it.\n", "", "noise.py:8: the parameter 'shift' is not documented.",
    ),
    "documented nothing": (
        "        shift: Added", "        shfit: Added", "documents 'shfit'",
        "Did you mean 'shift'?",
    ),
    "no metrics": (
        "    Metrics:\n", "    Returns:\n", "the docstring of noise declares no metric.",
    ),
    "no docstring": (
        '"""Draw numbers.', 'x = """Draw numbers.', "the docstring of noise declares no metric.",
    ),
    "metric without words": (
        "value: the number.", "value:", "the metric 'value' is not described.",
    ),
    "metric named like a parameter": (
        "value: the number.", "count: the number.", "'count' is both a metric and a parameter.",
    ),
    "metric named like an axis": (
        "curve[step]:", "curve[value]:", "'value' is both a metric and an axis.",
    ),
    "axis named like a parameter": (
        "curve[step]:", "curve[count]:", "'count' is both an axis and a parameter.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(root, fault):
    """Each with its line and what would be right."""
    old, new, *says = FAULTS[fault]
    edit(root, old, new, FILE)
    found = refused(root)

    for text in says:
        assert text in found, found


def test_every_fault_at_once(root):
    """A file is mended in one go."""
    edit(root, SHIFT, "shift=0.0", FILE)
    edit(root, "count: int = 3", "count: int = 'x'", FILE)
    edit(root, "curve[step]:", "curve[value]:", FILE)

    assert [refused(root).count(f"sims/noise.py:{line}: ") for line in (8, 9)] == [2, 1]


def test_files_that_cannot_be_read(root):
    """Missing, or no UTF-8."""
    (root / FILE).write_bytes(b"\xff")
    assert "this is not UTF-8 text" in refused(root)
    (root / FILE).unlink()
    assert "sims/noise.py: the file cannot be read" in refused(root)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("float", 1, True), ("float", 1.5, True), ("float", True, False), ("float", "1", False),
        ("float", float("nan"), False), ("float", float("inf"), False),
        ("int", 1, True), ("int", 1.0, False), ("int", True, False),
        ("bool", True, True), ("bool", 1, False), ("str", "x", True), ("str", 1, False),
    ],
)  # fmt: skip
def test_types(kind, value, fits):
    """A whole number serves for a float; a truth value is no number."""
    assert (mistyped(Parameter("x", kind, value), value) == "") is fits


def test_choices_are_compared_with_their_type():
    """1 is not True."""
    parameter = Parameter("x", "int", 1, (1, 2))

    assert mistyped(parameter, 2) == ""
    assert "not one of its choices" in mistyped(parameter, True)
    assert "not one of its choices" in mistyped(parameter, 1.0)


def test_values_from_the_command_line(root):
    """Read by the parameter's type."""
    edit(root, "count: int = 3", "count: int = 3, flag: bool = False", FILE)
    edit(root, "        count: Points", "        flag: A flag.\n        count: Points", FILE)
    signature = read_simulation(root, "noise")

    assert coerce(signature.parameters, "count", "7") == 7
    assert coerce(signature.parameters, "shift", "1e-3") == 0.001
    assert coerce(signature.parameters, "kind", "wide") == "wide"
    assert [coerce(signature.parameters, "flag", text) for text in ("true", "True", "0", "no")] == [
        True,
        True,
        False,
        False,
    ]
    for name, text, says in [
        ("count", "1.5", "--count is '1.5', not of type int."),
        ("shift", "much", "--shift is 'much', not of type float."),
        ("shift", "nan", "--shift is nan, not a finite number."),
        ("flag", "maybe", "--flag is 'maybe', not of type bool."),
        ("kind", "wied", "Did you mean 'wide'?"),
    ]:
        with pytest.raises(ValueError, match="--") as caught:
            coerce(signature.parameters, name, text)
        assert says in str(caught.value)
