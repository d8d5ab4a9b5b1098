"""Who may import whom, and what may not be loaded: the design's rules as a table that fails."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "dlfaq"

# The folders are the walk. Each may import from itself, and from those named here.
MAY_IMPORT = {
    "errors": set(),
    "paths": set(),
    "sanitise": set(),
    "knowledge": {"errors", "paths"},
    "evidence": {"errors", "knowledge"},
    "ask": {"errors", "paths", "sanitise", "knowledge", "evidence"},
    "sim": {"errors"},
    "verify": {"errors", "paths", "knowledge", "evidence", "sim"},
    "site": {"errors", "paths", "knowledge", "evidence", "ask"},
    "terminal": {
        "sanitise",
        "ask.blocks",
        "ask.passages",
        "ask.rank",
        "ask.reader",
    },  # the values that it shows
    "__main__": {"cli"},
    "cli": {
        "errors",
        "paths",
        "sanitise",
        "knowledge",
        "evidence",
        "ask",
        "verify",
        "site",
        "terminal",
    },
}
# what every `ask` loads: the standard library and one another
ASKING = {
    *(
        "ask.blocks",
        "ask.failures",
        "ask.grams",
        "ask.lists",
        "ask.logs",
        "ask.passages",
        "ask.query",
        "ask.rank",
        "ask.reader",
        "ask.schema",
        "ask.signals",
    ),
    *("ask.spelling", "ask.stamps", "ask.together", "ask.vectors", "ask.words"),
}
HEAVY = {
    "torch": {"sim", "verify.worker"},
    "numpy": {"sim", "verify"},
    "scipy": {"verify"},
    "yaml": {"knowledge"},
}


def modules() -> list[Path]:
    return sorted(path for path in SRC.rglob("*.py") if "_bundled" not in path.parts)


def name_of(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "dlfaq"


def imported(path: Path) -> set[str]:
    """Every module that a file imports anywhere in it, with `from x import y` read as x.y too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def below(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in allowed)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_down_only(path):
    """A module imports only what stands below it."""
    name = name_of(path)
    if name == "dlfaq":
        allowed = set()
    elif name in ASKING:
        allowed = ASKING | {"errors"}
    else:
        package = name.split(".")[0]
        allowed = MAY_IMPORT[package] | {package}
    used = {one.removeprefix("dlfaq.") for one in imported(path) if one.startswith("dlfaq.")}

    assert {
        one for one in used if not below(one, allowed) and not _is_package_of(one, allowed)
    } == set()


def _is_package_of(name: str, allowed: set[str]) -> bool:
    """`from dlfaq.verify import evidence` names `verify` on the way to `verify.evidence`."""
    return any(one.startswith(name + ".") for one in allowed)


def test_no_two_files_import_each_other():
    """The walk has no circles, neither of two files nor of more."""
    files = {name_of(path): path for path in modules()}
    uses = {}
    for name, path in files.items():
        used = {one.removeprefix("dlfaq.") for one in imported(path)} & files.keys() - {name}
        uses[name] = {one for one in used if not _is_package_of(one, used)}
    while free := {name for name, used in uses.items() if not used & uses.keys()}:
        uses = {name: used for name, used in uses.items() if name not in free}

    assert sorted(uses) == []


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_what_computes_is_loaded_where_it_is_needed(path):
    """torch, numpy, scipy and yaml are imported only by the packages that need them."""
    name = name_of(path)
    for module, owners in HEAVY.items():
        if not below(name, owners):
            assert not below(module, {one.split(".")[0] for one in imported(path)}), (
                f"{name} imports {module}"
            )


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_the_command_line_prints_and_exits(path):
    """A library is quiet: it raises and returns; cli says."""
    if name_of(path).split(".")[0] == "cli":
        return
    tree = ast.parse(path.read_text("utf-8"))
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert calls & {"print", "exit", "quit", "input", "eval", "exec"} == set()
    assert names & {"argv"} == set()


LONGEST = {"resume_training": 150}  # it holds a whole training script: that is what is saved


@pytest.mark.parametrize("path", sorted((ROOT / "sims").rglob("*.py")), ids=lambda path: path.stem)
def test_a_simulation_knows_nothing_of_claims(path):
    """A simulation imports dlfaq.sim, torch, numpy and the data's package, and opens nothing."""
    body = ast.parse(path.read_text("utf-8")).body
    guard = [node for node in body if isinstance(node, ast.If)]
    allowed = {
        "__future__",
        "collections",
        "contextlib",
        "dataclasses",
        "copy",
        "dlfaq",
        "functools",
        "itertools",
        "math",
        "numpy",
        "re",
        "sklearn",
        "torch",
        "typing",
        "warnings",
        "io",
        "zipfile",
    }
    nodes = [node for top in body if top not in guard for node in ast.walk(top)]
    used = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            used.add(node.module)
    calls = {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert {one.split(".")[0] for one in used} <= allowed
    assert all(below(one, {"dlfaq.sim"}) for one in used if one.startswith("dlfaq"))
    assert calls & {"print", "open", "eval", "exec", "input"} == set()
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST.get(path.stem, 140)


def updates_in_loops(tree: ast.Module, text: str) -> list[int]:
    """Lines in a loop that update weights: `optimizer.step()`, or `w = w - lr * …` by hand."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
    found = set()
    for node in {one for loop in loops for one in ast.walk(loop)}:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            steps = node.func.attr == "step" and "torch.optim" in text
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Sub):
            subtracted = node.right if isinstance(node, ast.BinOp) else node.value
            names = {one.id for one in ast.walk(subtracted) if isinstance(one, ast.Name)}
            steps = bool(names & {"lr", "rate", "step_size", "eta"})
        else:
            continue
        if steps:
            found.add(node.lineno)
    return sorted(found)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "sims").rglob("[!_]*.py")), ids=lambda path: path.stem
)
def test_a_training_loop_outside_the_kit_says_why(path):
    """`dlfaq.sim.training` holds the loop; a file with one of its own says in a docstring why."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    reason = re.search(r"The loop is written out,? (since|because|so|with) \S", _words(tree))

    assert reason or updates_in_loops(tree, text) == []


def _words(tree: ast.Module) -> str:
    """All docstrings of a file, on one line."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    found = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_files_are_small(path):
    """A module has one job: 300 lines at most, no function over 50."""
    text = path.read_text("utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) <= 300
    assert [node.name for node in functions if node.end_lineno - node.body[0].lineno >= 50] == []


LIGHT = {
    "ask": (
        ["ask", "my loss is nan"],
        {"torch", "numpy", "pydantic", "yaml", "rich", "importlib.metadata", "scipy"},
    ),
    "check": (["check"], {"torch", "numpy", "pydantic", "scipy"}),
    "list": (["list"], {"torch", "numpy", "pydantic", "yaml"}),
    "show": (["show", "initial-loss"], {"torch", "numpy", "pydantic", "yaml"}),
    "help": (["--help"], {"torch", "numpy", "pydantic", "yaml", "scipy"}),
}


@pytest.mark.parametrize("command", sorted(LIGHT))
def test_a_command_loads_nothing_it_does_not_need(command, tmp_path):
    """An answer is instant because nothing that computes is loaded."""
    words, heavy = LIGHT[command]
    script = (
        "import sys, dlfaq.cli\n"
        f"sys.argv = ['dlfaq', *{words!r}]\n"
        "try:\n dlfaq.cli.main()\nexcept SystemExit as end:\n code = end.code\n"
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    environment = {**os.environ, "DLFAQ_CACHE_DIR": str(tmp_path)}
    for _ in range(2):  # the first builds the index
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr[-2000:]
    assert heavy & set(done.stderr.splitlines()) == set()
