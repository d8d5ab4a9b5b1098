"""The hash of the code that a simulation's measurements depend on."""

import pytest
from tests.knowledge.conftest import SIMULATION, edit

from dlfaq.errors import Problems
from dlfaq.knowledge import source_code
from dlfaq.knowledge.simulations import source_hash

FILE = "sims/noise.py"


def test_a_hash_is_short_and_of_the_code(root):
    """Sixteen hexadecimal digits; another name or place is the same code."""
    first = source_hash(root, "noise")

    assert len(first) == 16
    assert int(first, 16)
    assert source_hash(root, "noise") == first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Noise."""', '"""Quite another docstring."""'),
        ('    """Draw numbers.', '    """Draw figures.'),
        (
            "def noise(replicates: Replicates, shift",
            "def noise(\n    replicates: Replicates,  # a comment\n    shift",
        ),
        ('replicates.normal("x")', "replicates.normal('x')"),
    ],
)
def test_words_and_layout_do_not_count(root, old, new):
    """Docstrings, comments, line breaks and quotes measure nothing."""
    first = source_hash(root, "noise")
    edit(root, old, new, FILE)

    assert source_hash(root, "noise") == first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"wide": 2}', '"wide": 3}'),
        ('"wide": 2}', '"wide": 2.0}'),
        ("shift: float = 0.0", "shift: float = 1.0"),
        ('normal("x")', 'normal("y")'),
        ("* {", "/ {"),
        ("return {", "value = value\n    return {"),
        ("value[:, None]", "value[:, :, None]"),
        ("def noise(", "X = None\n\n\ndef noise("),
    ],
)
def test_code_counts(root, old, new):
    """Whatever could change a number changes the hash."""
    first = source_hash(root, "noise")
    edit(root, old, new, FILE)

    assert source_hash(root, "noise") != first


def test_what_it_imports_of_this_project_counts(root, tmp_path, monkeypatch):
    """Transitively, through `dlfaq.sim`, but only the modules whose names it uses."""
    package = tmp_path / "package"
    (package / "sim").mkdir(parents=True)
    for name, text in {
        "__init__": "from dlfaq.sim.one import Replicates\nfrom dlfaq.sim.two import other\n",
        "one": "from dlfaq.sim.three import deep\n\nclass Replicates: ...\n",
        "two": "other = 1\n",
        "three": "deep = 1\n",
    }.items():
        (package / "sim" / f"{name}.py").write_text(text)
    monkeypatch.setattr(source_code, "_PACKAGE", package)
    first = source_hash(root, "noise")

    (package / "sim" / "two.py").write_text("other = 22\n")
    assert source_hash(root, "noise") == first, "it does not use this module"
    (package / "sim" / "three.py").write_text("deep = 22\n")
    second = source_hash(root, "noise")
    assert second != first, "what it uses, uses this module"
    (package / "sim" / "one.py").write_text("class Replicates: x = 1\n")
    assert source_hash(root, "noise") not in {first, second}

    edit(root, "from dlfaq.sim import Replicates", "from dlfaq.sim import *", FILE)
    star = source_hash(root, "noise")
    (package / "sim" / "two.py").write_text("other = 333\n")
    assert source_hash(root, "noise") != star, "a star uses all of them"


@pytest.mark.parametrize(
    "line",
    [
        "import helper",
        "from helper import f",
        "from sims.helper import f",
        "from sims import helper",
    ],
)
def test_a_module_beside_it_counts(root, line):
    """However it is imported; other packages do not count, for the torch version covers them."""
    (root / "sims" / "helper.py").write_text("def f(): return 1\n")
    path = root / FILE
    path.write_text(
        SIMULATION.replace("from typing", f"import math\nimport torch.nn\n{line}\nfrom typing")
    )
    first = source_hash(root, "noise")
    (root / "sims" / "helper.py").write_text("def f(): return 22\n")

    assert source_hash(root, "noise") != first


def test_imports_in_a_circle_end(root):
    """Two modules may name each other."""
    (root / "sims" / "helper.py").write_text("import noise\n")
    edit(root, "from typing", "import helper\nfrom typing", FILE)

    assert source_hash(root, "noise")


def test_what_cannot_be_read_is_a_problem(root):
    """No such file, or no Python: named, not raised as something else."""
    with pytest.raises(Problems, match=r"sims/nothing.py: the file cannot be read"):
        source_hash(root, "nothing")
    (root / FILE).write_text("def f(:\n")
    with pytest.raises(Problems, match=r"sims/noise.py:1: this is not Python"):
        source_hash(root, "noise")


def test_the_hash_is_that_of_every_version_of_python(root):
    """It is committed with the evidence: no version may write the same code in another way.

    `ast.unparse` and `ast.dump` do. The value was computed by Python 3.11, 3.12 and 3.13 alike.
    """
    (root / "sims" / "fixed.py").write_text(
        'def f(x: int = 1, *, y: "str" = "é", **kw) -> dict[str, int]:\n'
        '    with open("a") as b, open("c"):\n'
        "        return {**kw, 'a': [i for i in (1, 2.5, 1e-9) if i], f'{x!r:>{y}} {{': lambda: "
        "...}\n"
        "match [1]:\n    case [1, *_] | {'a': 2}:\n        pass\n"
        "class A(object):\n    x: int\n    async def g(self): await f(1)\n"
    )

    assert source_hash(root, "fixed") == "e7a0707ab2e98ca5"
