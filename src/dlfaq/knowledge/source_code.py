"""The code that a simulation's measurements depend on, as a short hash."""

import ast
import hashlib
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, Problems

SIM = "dlfaq.sim"
_PACKAGE = Path(__file__).parents[1]


def simulation_paths(root: Path) -> dict[str, Path]:
    """The files of an FAQ's simulations by name: `sims/<name>.py` and `sims/<folder>/<name>.py`."""
    folder = root / "sims"
    files = [*sorted(folder.glob("*/*.py")), *sorted(folder.glob("*.py"))]
    return {
        path.stem: path
        for path in files
        if path.stem[0] not in "_." and path.parent.name[0] not in "_."
    }


def simulation_path(root: Path, name: str) -> Path:
    """Where a simulation lies; if there is none, where one would lie."""
    path = root / "sims" / f"{name}.py"
    if path.is_file():
        return path
    return next(iter(sorted((root / "sims").glob(f"[!_.]*/{name}.py"))), path)


def source_hash(root: Path, name: str) -> str:
    """Sixteen hexadecimal digits of a simulation's code and of all that it imports of this project.

    Comments, docstrings and layout do not count, for they measure nothing; nor does the version of
    Python.

    Raises:
        Problems: If one of the files cannot be read.
    """
    digest = hashlib.sha256()
    for module, path in sorted(_closure(root, name).items()):
        digest.update(f"{module}\n{_code(path, _stamp(path))}\n".encode())
    return digest.hexdigest()[:16]


def source_files(root: Path, name: str) -> list[Path]:
    """The FAQ's own files that `source_hash` covers, without those of `dlfaq.sim`.

    Raises:
        Problems: If one of the files cannot be read.
    """
    files = _closure(root, name).values()
    return sorted(path for path in files if not path.is_relative_to(_PACKAGE / "sim"))


def _closure(root: Path, name: str) -> dict[str, Path]:
    """File by module: the simulation, and transitively what it imports of this project."""
    found: dict[str, Path] = {}
    waiting = [(f"sims.{name}", simulation_path(root, name))]
    while waiting:
        module, path = waiting.pop()
        if module not in found:
            found[module] = path
            waiting += _imports(path, _stamp(path), _stamp(_PACKAGE / "sim" / "__init__.py"))
    return found


def _stamp(path: Path) -> tuple[int, int]:
    """What tells that a file changed, for the caches below."""
    try:
        stat = path.stat()
    except OSError as error:
        raise Problems(
            [Problem(_shown(path), None, f"the file cannot be read: {error.strerror}.")]
        ) from None
    return stat.st_mtime_ns, stat.st_size


def _shown(path: Path) -> str:
    return "/".join(path.parts[-2:])


def _parsed(path: Path) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problems(
            [Problem(_shown(path), getattr(error, "lineno", None), f"this is not Python: {error}.")]
        ) from None


@lru_cache(maxsize=1024)
def _imports(path: Path, _: tuple[int, int], __: tuple[int, int]) -> tuple[tuple[str, Path], ...]:
    names: list[str] = []
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == SIM:
            exported = _exports()
            names += [
                exported.get(alias.name, SIM if alias.name == "*" else f"{SIM}.{alias.name}")
                for alias in node.names
            ]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names += [module, *(f"{module}.{alias.name}".lstrip(".") for alias in node.names)]
    files = {name: _project_file(name, path.parent) for name in names if name}
    return tuple((name, file) for name, file in files.items() if file is not None)


def _exports() -> dict[str, str]:
    """Which module each name of `dlfaq.sim` comes from.

    A change of what a simulation does not use then changes nothing for it.
    """
    found = {}
    for node in _parsed(_PACKAGE / "sim" / "__init__.py").body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def _project_file(module: str, beside: Path) -> Path | None:
    """The file of a module of `dlfaq.sim` or beside a simulation; None for other packages."""
    parts = module.split(".")
    if parts[:2] == ["dlfaq", "sim"]:
        bases = [_PACKAGE.joinpath(*parts[1:])]
    elif parts[0] == "dlfaq":  # the door of a simulation that runs alone changes no number
        bases = []
    else:
        bases = (
            [beside.joinpath(*parts), beside.parent.joinpath(*parts)]
            if parts[0] == beside.name
            else [beside.joinpath(*parts)]
        )
    files = [file for base in bases for file in (base.with_suffix(".py"), base / "__init__.py")]
    return next((file for file in files if file.is_file()), None)


@lru_cache(maxsize=1024)
def _code(path: Path, _: tuple[int, int]) -> str:
    """A file's syntax tree as text, without docstrings.

    Not `ast.unparse` nor `ast.dump`, whose output changes with the version of Python: evidence
    outlives it.
    """
    module = _parsed(path)
    for node in ast.walk(module):
        documented = isinstance(
            node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        )
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return _written(module)


def _written(node: Any) -> str:
    if isinstance(node, list):
        return f"[{','.join(map(_written, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.JoinedStr):
        node = ast.JoinedStr(_merged(node.values))
    fields = [
        (name, value)
        for name, value in ast.iter_fields(node)
        if value not in (None, []) and name != "kind"
    ]
    return (
        f"{type(node).__name__}({','.join(f'{name}={_written(value)}' for name, value in fields)})"
    )


def _merged(parts: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string, with texts joined and empty ones left out.

    Python 3.12 splits them in another way than other versions.
    """
    merged: list[ast.expr] = []
    for part in parts:
        if merged and isinstance(part, ast.Constant) and isinstance(merged[-1], ast.Constant):
            part = ast.Constant(merged.pop().value + part.value)  # noqa: PLW2901 - the two are one
        merged.append(part)
    return [part for part in merged if not (isinstance(part, ast.Constant) and part.value == "")]
