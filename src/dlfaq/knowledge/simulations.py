"""What a simulation takes and measures, read from its source with `ast`: nothing is imported, nothing runs."""

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.entry import Scalar

SIM = "dlfaq.sim"
TYPES = ("int", "float", "bool", "str")
_ITEM = re.compile(r"^(?P<name>\w+)(?:\[(?P<axis>\w+)\])?\s*(?:\([^)]*\))?:\s*(?P<doc>.*)$")


@dataclass(frozen=True)
class Parameter:
    """One parameter: `type` is int, float, bool or str; `choices` are those of a Literal, else empty."""

    name: str
    type: str
    default: Scalar
    choices: tuple[Scalar, ...] = ()
    doc: str = ""


@dataclass(frozen=True)
class Metric:
    """One metric; a curve names its axis."""

    name: str
    axis: str | None = None
    doc: str = ""


@dataclass(frozen=True)
class Signature:
    """A simulation as its source declares it."""

    name: str
    path: Path
    summary: str
    doc: str
    parameters: Mapping[str, Parameter]
    metrics: Mapping[str, Metric]
    source: str


def simulation_names(root: Path) -> list[str]:
    """The simulations of an FAQ, by name."""
    return sorted(path.stem for path in (root / "sims").glob("*.py") if not path.stem.startswith("_"))


def read_simulation(root: Path, name: str) -> Signature:
    """Read the signature and the metrics of `sims/<name>.py`.

    Raises:
        Problems: Everything in which the file is not a simulation.
        FileNotFoundError: If there is no such file.
    """
    path = root / "sims" / f"{name}.py"
    return _read(path, path.read_text("utf-8"), name)


@lru_cache(maxsize=512)
def _read(path: Path, source: str, name: str) -> Signature:
    shown = f"sims/{path.name}"
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise Problems([Problem(shown, getattr(error, "lineno", None), f"this is not Python: {error}.")]) from None
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions:
        what = f"there is no function '{name}'; a simulation is the one public function of its file's name."
        raise Problems([Problem(shown, 1, what)])
    function = functions[0]
    doc = ast.get_docstring(function) or ""
    sections = _sections(doc)
    problems: list[Problem] = []
    parameters = dict(_parameters(function, sections.get("Args", {}), shown, problems))
    metrics = {key: Metric(key, axis, text) for key, (axis, text) in sections.get("Metrics", {}).items()}
    problems += _clashes(parameters, metrics, shown, function.lineno)
    if not metrics:
        hint = "Declare what it returns: a section `Metrics:` with a line `name: what it is, unit.` each."
        problems.append(Problem(shown, function.lineno, f"the docstring of {name} declares no metric.", hint))
    if problems:
        raise Problems(problems)
    summary = (ast.get_docstring(module) or doc).split("\n\n")[0].strip()
    return Signature(name, path, summary, doc, parameters, metrics, source)


def _clashes(
    parameters: Mapping[str, Parameter], metrics: Mapping[str, Metric], shown: str, line: int
) -> Iterator[Problem]:
    axes = {metric.axis for metric in metrics.values() if metric.axis}
    for one, other, names in [
        ("metric", "parameter", set(metrics) & set(parameters)),
        ("metric", "axis", set(metrics) & axes),
        ("axis", "parameter", axes & set(parameters)),
    ]:
        for name in sorted(names):
            yield Problem(shown, line, f"'{name}' is both a {one} and a {other}; give them different names.")


def _parameters(
    function: ast.FunctionDef, docs: Mapping[str, tuple[str | None, str]], shown: str, problems: list[Problem]
) -> Iterator[tuple[str, Parameter]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if not positional or arguments.vararg or arguments.kwarg:
        what = f"{function.name} takes `replicates` first, then named parameters, and no *args or **kwargs."
        problems.append(Problem(shown, function.lineno, what))
        return
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = [
        *list(zip(positional, defaults, strict=True))[1:],
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        try:
            yield argument.arg, _parameter(argument, default, docs.get(argument.arg, (None, ""))[1])
        except ValueError as error:
            problems.append(Problem(shown, argument.lineno, f"the parameter '{argument.arg}' {error}"))


def _parameter(argument: ast.arg, default: ast.expr | None, doc: str) -> Parameter:
    if default is None:
        msg = "has no default."
        raise ValueError(msg)
    try:
        value = ast.literal_eval(default)
    except ValueError:
        msg = "has a default that is not a plain number, text or truth value."
        raise ValueError(msg) from None
    match argument.annotation:
        case ast.Name(id=kind) if kind in TYPES:
            choices: tuple[Any, ...] = ()
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            choices = ast.literal_eval(inner)
            choices = choices if isinstance(choices, tuple) else (choices,)
            kind = type(choices[0]).__name__
        case _:
            msg = f"is annotated with none of {', '.join(TYPES)} or Literal[…]."
            raise ValueError(msg)
    parameter = Parameter(argument.arg, kind, value, choices, doc)
    wrong = mistyped(parameter, value)
    if wrong:
        msg = f"has a default that {wrong}"
        raise ValueError(msg)
    return Parameter(argument.arg, kind, float(value) if kind == "float" else value, choices, doc)


def mistyped(parameter: Parameter, value: Any) -> str:
    """What is wrong with a value for a parameter; empty if nothing is. A whole number serves for a float."""
    if parameter.choices:
        known = ", ".join(repr(choice) for choice in parameter.choices)
        return (
            ""
            if value in parameter.choices and type(value) is type(parameter.choices[0])
            else f"is {value!r}, not one of {known}."
        )
    fits = {
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
        "str": isinstance(value, str),
    }[parameter.type]
    return "" if fits else f"is {value!r}, not of type {parameter.type}."


def coerce(signature: Signature, name: str, text: str) -> Scalar:
    """Read a parameter's value from the command line.

    Raises:
        ValueError: If the text is not of the parameter's type; the message says what would be.
    """
    parameter = signature.parameters[name]
    try:
        value = {"int": int, "float": float, "str": str, "bool": _truth}[parameter.type](text)
    except ValueError:
        msg = f"--{name} is {text!r}, not of type {parameter.type}."
        raise ValueError(msg) from None
    wrong = mistyped(parameter, value)
    if wrong:
        msg = f"--{name} {wrong}"
        raise ValueError(msg)
    return value


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        text.lower()
    ) or _not_false(text)


def _not_false(text: str) -> bool:
    if text.lower() not in {"false", "0", "no"}:
        raise ValueError(text)
    return False


def _sections(doc: str) -> dict[str, dict[str, tuple[str | None, str]]]:
    """The `Name:` sections of a docstring, each with its items: {section: {item: (axis, text)}}."""
    sections: dict[str, dict[str, tuple[str | None, str]]] = {}
    items: dict[str, tuple[str | None, str]] | None = None
    last = ""
    for line in doc.splitlines():
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if indent == 0 and re.fullmatch(r"[A-Z]\w*:", stripped):
            items = sections.setdefault(stripped[:-1], {})
        elif indent == 0 and stripped:
            items = None
        elif items is not None and stripped:
            found = _ITEM.match(stripped) if indent <= 4 else None  # noqa: PLR2004 - deeper lines go on with an item
            if found:
                last = found["name"]
                items[last] = (found["axis"], found["doc"].strip())
            elif last in items:
                items[last] = (items[last][0], f"{items[last][1]} {stripped}".strip())
    return sections


def source_hash(root: Path, name: str) -> str:
    """Sixteen hexadecimal digits of a simulation's code and of all it imports of this project.

    Comments, docstrings and layout do not count: they measure nothing.
    """
    digest = hashlib.sha256()
    for key, path in sorted(_closure(root, name).items()):
        digest.update(f"{key}\n{_code(path, path.stat().st_mtime_ns)}\n".encode())
    return digest.hexdigest()[:16]


def _closure(root: Path, name: str) -> dict[str, Path]:
    """Module name to file: the simulation, and transitively what it imports of this project."""
    found: dict[str, Path] = {}
    waiting = [(f"sims.{name}", root / "sims" / f"{name}.py")]
    while waiting:
        key, path = waiting.pop()
        if key not in found:
            found[key] = path
            waiting += _imports(path, path.stat().st_mtime_ns)
    return found


@lru_cache(maxsize=1024)
def _imports(path: Path, _: int) -> tuple[tuple[str, Path], ...]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == SIM:
            exported = _exports(Path(__file__).parents[1] / "sim" / "__init__.py")
            names = [exported.get(alias.name, f"{SIM}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [(one, file) for one in names if (file := _project_file(one, path.parent))]
    return tuple(found)


@lru_cache(maxsize=4)
def _exports(package: Path) -> dict[str, str]:
    """Which module each name of a package comes from: a helper that a simulation does not use changes nothing of it."""
    found = {}
    for node in ast.parse(package.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def _project_file(module: str, beside: Path) -> Path | None:
    """The file of a module of `dlfaq.sim` or beside the simulation; None for what other packages bring."""
    parts = module.split(".")
    if parts[:2] == ["dlfaq", "sim"]:
        base = Path(__file__).parents[1].joinpath(*parts[1:])
    elif parts[0] == "dlfaq":  # the door of a simulation that runs alone: it changes no number
        return None
    else:
        base = beside.joinpath(*parts)
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            return file
    return None


@lru_cache(maxsize=1024)
def _code(path: Path, _: int) -> str:
    module = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(module)
