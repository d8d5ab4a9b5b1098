"""What a simulation takes and measures, read from its source with `ast`.

Nothing is imported, nothing runs.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.docstring import Items, named_in, sections, setting_of
from dlfaq.knowledge.experiment import Scalar
from dlfaq.knowledge.parameters import TYPES, Parameter, coerce, mistyped
from dlfaq.knowledge.source_code import simulation_path, simulation_paths, source_hash

__all__ = [
    "Metric",
    "Parameter",
    "Signature",
    "coerce",
    "mistyped",
    "read_simulation",
    "simulation_names",
    "simulation_path",
    "source_hash",
]

LARGEST = 200_000  # characters of a simulation's file
_LITERAL = "has a default that is not a plain number, text or truth value."


@dataclass(frozen=True)
class Metric:
    """One metric; a curve names its axis."""

    name: str
    axis: str | None = None
    doc: str = ""


@dataclass(frozen=True)
class Signature:
    """A simulation as its source declares it.

    Attributes:
        path: Its file.
        summary: What it is, in one paragraph: the file's docstring up to the first blank line.
        doc: The function's docstring.
        parameters: By name, in order, without `replicates`.
        metrics: By name, in order.
        source: The file's text.
        setting: The sentence of the docstring's `Setting:`, with parameters in braces; may be
            empty.
        shown: Its file, seen from the FAQ's root: `sims/noise.py`.
    """

    name: str
    path: Path
    summary: str
    doc: str
    parameters: Mapping[str, Parameter]
    metrics: Mapping[str, Metric]
    source: str
    setting: str = ""
    shown: str = ""


def simulation_names(root: Path) -> list[str]:
    """The simulations of an FAQ, by name; they lie in `sims/` and in the folders below it."""
    return sorted(simulation_paths(root))


def read_simulation(root: Path, name: str) -> Signature:
    """Read the signature and the metrics of a simulation.

    Raises:
        Problems: Everything in which the file is not a simulation; also if there is no such file.
    """
    path = simulation_path(root, name)
    shown = path.relative_to(root).as_posix()
    try:
        source = path.read_text("utf-8")
    except OSError as error:
        raise Problems(
            [Problem(shown, None, f"the file cannot be read: {error.strerror}.")]
        ) from None
    except UnicodeDecodeError:
        raise Problems(
            [Problem(shown, None, "this is not UTF-8 text.", "Save the file as UTF-8.")]
        ) from None
    if len(source) > LARGEST:
        what = f"the file has {len(source)} characters; a simulation may have {LARGEST}."
        raise Problems([Problem(shown, None, what)])
    return _read(path, source, name, shown)


@lru_cache(maxsize=512)
def _read(path: Path, source: str, name: str, shown: str) -> Signature:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are for those who run it
            module = ast.parse(source)
    except SyntaxError as error:
        raise Problems(
            [Problem(shown, error.lineno, f"this is not Python: {error.msg}.")]
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Problems([Problem(shown, None, f"this is not Python: {error}.")]) from None
    return _FileReader(shown, name, module).signature(path, source)


class _FileReader:
    """Reads one file and gathers everything in which it is not a simulation."""

    def __init__(self, shown: str, name: str, module: ast.Module) -> None:
        self.shown, self.name, self.module = shown, name, module
        self.problems: list[Problem] = []

    def signature(self, path: Path, source: str) -> Signature:
        function = self._function()
        doc = ast.get_docstring(function) or ""
        parts = sections(doc)
        documented = parts.get("Args", {})
        parameters = {one.name: one for one in self._parameters(function, documented)}
        metrics = {
            key: Metric(key, axis, text) for key, (axis, text) in parts.get("Metrics", {}).items()
        }
        self._documented(function, documented)
        self._metrics(function, parameters, metrics)
        setting = self._setting(function, doc, parameters)
        if self.problems:
            raise Problems(self.problems)
        summary = " ".join((ast.get_docstring(self.module) or doc).split("\n\n")[0].split())
        return Signature(
            self.name, path, summary, doc, parameters, metrics, source, setting, self.shown
        )

    def _setting(
        self, function: ast.FunctionDef, doc: str, parameters: Mapping[str, Parameter]
    ) -> str:
        text = setting_of(doc)
        for name in named_in(text):
            if name not in parameters:
                what = f"the setting names '{name}', which is not a parameter."
                self._problem(function, what, did_you_mean(name, parameters))
        return text

    def _function(self) -> ast.FunctionDef:
        functions = [node for node in self.module.body if isinstance(node, ast.FunctionDef)]
        public = [node.name for node in functions if not node.name.startswith("_")]
        for node in functions:
            if node.name != self.name and node.name in public and self.name in public:
                self._problem(
                    node, f"'{node.name}' is a second public function.", f"Call it '_{node.name}'."
                )
        for node in functions:
            if node.name == self.name:
                return node
        what = (
            f"there is no function '{self.name}': a simulation is the one public function of "
            "its file's name."
        )
        raise Problems(
            [Problem(self.shown, 1, what, did_you_mean(self.name, public) if public else "")]
        )

    def _parameters(self, function: ast.FunctionDef, documented: Items) -> Iterator[Parameter]:
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        if (
            arguments.posonlyargs
            or arguments.vararg
            or arguments.kwarg
            or [one.arg for one in positional[:1]] != ["replicates"]
        ):
            hint = f"def {self.name}(replicates: Replicates, width: int = 64) -> dict[str, Tensor]:"
            self._problem(
                function,
                f"{self.name} does not take `replicates` first and then named parameters only.",
                hint,
            )
            return
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs[1:]:
            try:
                yield _parameter(argument, default, documented.get(argument.arg, (None, ""))[1])
            except ValueError as error:
                self._problem(argument, f"the parameter '{argument.arg}' {error}")

    def _documented(self, function: ast.FunctionDef, documented: Items) -> None:
        arguments = {one.arg: one for one in [*function.args.args, *function.args.kwonlyargs]}
        for name, argument in arguments.items():
            if not documented.get(name, (None, ""))[1]:
                hint = (
                    f"A section `Args:` in the docstring of {self.name} has a line "
                    f"`{name}: what it is.`"
                )
                self._problem(argument, f"the parameter '{name}' is not documented.", hint)
        for name in documented:
            if name not in arguments:
                self._problem(
                    function,
                    f"the docstring documents '{name}', which is not a parameter.",
                    did_you_mean(name, arguments),
                )

    def _metrics(
        self,
        function: ast.FunctionDef,
        parameters: Mapping[str, Parameter],
        metrics: Mapping[str, Metric],
    ) -> None:
        if not metrics:
            hint = (
                "It has a section `Metrics:` with a line "
                "`name: what it is, and its unit.` for each."
            )
            self._problem(function, f"the docstring of {self.name} declares no metric.", hint)
        for metric in metrics.values():
            if not metric.doc:
                self._problem(
                    function,
                    f"the metric '{metric.name}' is not described.",
                    f"{metric.name}: what it is, and its unit.",
                )
        axes = {metric.axis for metric in metrics.values() if metric.axis}
        kinds = {
            "a metric": set(metrics),
            "a parameter": {*parameters, "replicates"},
            "an axis": axes,
        }
        for one, other in (
            ("a metric", "a parameter"),
            ("a metric", "an axis"),
            ("an axis", "a parameter"),
        ):
            for name in sorted(kinds[one] & kinds[other]):
                self._problem(
                    function, f"'{name}' is both {one} and {other}.", "Rename one of them."
                )

    def _problem(self, node: ast.FunctionDef | ast.arg, what: str, hint: str = "") -> None:
        self.problems.append(Problem(self.shown, node.lineno, what, hint))


def _parameter(argument: ast.arg, default: ast.expr | None, doc: str) -> Parameter:
    if default is None:
        msg = "has no default."
        raise ValueError(msg)
    value = _literal(default, _LITERAL)
    match argument.annotation:
        case ast.Name(id=kind) if kind in TYPES:
            choices: tuple[Scalar, ...] = ()
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            listed = _literal(
                inner, "has choices that are not plain numbers, texts or truth values."
            )
            choices = listed if isinstance(listed, tuple) else (listed,)
            kind = type(choices[0]).__name__ if choices else ""
        case _:
            kind = ""
    if kind not in TYPES:
        msg = f"is annotated with none of {', '.join(TYPES)} and Literal[…]."
        raise ValueError(msg)
    parameter = Parameter(argument.arg, kind, value, choices, doc)
    wrong = mistyped(parameter, value)
    if wrong:
        msg = f"has a default that {wrong}"
        raise ValueError(msg)
    return replace(parameter, default=float(value) if kind == "float" else value)


def _literal(node: ast.expr, otherwise: str) -> Scalar | tuple[Scalar, ...]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError(otherwise) from None
    if not all(
        isinstance(one, int | float | str)
        for one in (value if isinstance(value, tuple) else (value,))
    ):
        raise ValueError(otherwise)
    return value
