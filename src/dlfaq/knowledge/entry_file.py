"""From a YAML tree to an `Entry`, with everything that is wrong with the file by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlfaq.errors import Problem
from dlfaq.knowledge.entry import (
    KINDS,
    RULINGS,
    Answer,
    Claim,
    Entry,
    Part,
    Plot,
    Reference,
    SourceStatement,
    Step,
)
from dlfaq.knowledge.experiment_file import read_experiments
from dlfaq.knowledge.fields import IDS, Fields, is_id
from dlfaq.knowledge.schema import keys
from dlfaq.knowledge.yaml_file import Node, read_yaml

AXES = ("x", "y")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class EntryFile:
    """An entry as it stands in its file.

    Attributes:
        entry: What could be read; to be used only if nothing is wrong.
        node: The file's tree, which knows the lines.
        shown: The file's name in messages.
        problems: What is wrong with the file by itself.
        half_read: The experiments that could not be read as they were meant.
    """

    entry: Entry
    node: Node
    shown: str
    problems: tuple[Problem, ...]
    half_read: frozenset[str]

    def problem(self, path: Place, what: str, hint: str = "") -> Problem:
        """A problem on the line of what lies at a path of keys and places."""
        return Problem(self.shown, self.node.line_of(*path), what, hint)


def read_entry(path: Path, shown: str) -> EntryFile:
    """Read one entry.

    Raises:
        Problems: If the file is no YAML at all.
    """
    return _Reader(read_yaml(path, shown), shown).read(path)


class _Reader:
    """Reads the parts of one file and gathers what is wrong with them."""

    def __init__(self, node: Node, shown: str) -> None:
        self.node, self.shown = node, shown
        self.problems: list[Problem] = []

    def read(self, path: Path) -> EntryFile:
        fields = self._fields(self.node, "the entry", "entry")
        if not is_id(path.stem):
            fields.problem(
                f"the file's name '{path.name}' is the entry's id, which is made of {IDS}.", 1
            )
        if {"simulation", "control"} & _old_keys(self.node):
            hint = (
                "Each has an `experiment`, one `expect` and `fails_under` now; see docs/writing.md."
            )
            fields.problem(
                "the claims are in the first form, which is not read any more.", None, hint
            )
        experiments, half_read = read_experiments(fields, self.problems)
        entry = Entry(
            id=path.stem,
            question=fields.line("question"),
            topics=fields.lines("topics", needed=True),
            answer=self._answer(fields),
            experiments=experiments,
            claims=tuple(self._claims(fields)),
            path=path,
            draft=fields.flag("draft"),
            also_asked=fields.lines("also_asked"),
            plots=tuple(self._plot(item) for item in self._list(fields, "plots")),
            sources=tuple(self._source(item) for item in self._list(fields, "sources")),
            references=tuple(self._references(fields)),
            related=fields.lines("related"),
        )
        return EntryFile(entry, self.node, self.shown, tuple(self.problems), half_read)

    def _fields(self, node: Node, what: str, mapping: str) -> Fields:
        return Fields(node, self.shown, what, self.problems, keys(mapping))

    def _list(self, fields: Fields, key: str, *, needed: bool = False) -> list[Node]:
        return fields.items(key, fields.get(key, needed=needed))

    def _answer(self, entry: Fields) -> Answer:
        node = entry.get("answer")
        if node is None:
            return Answer("")
        fields = self._fields(node, "the answer", "answer")
        steps = [self._step(item, place) for place, item in enumerate(self._list(fields, "do"), 1)]
        parts = [
            self._part(item, place)
            for place, item in enumerate(self._list(fields, "parts", needed=True), 1)
        ]
        fields.distinct("parts", [(part.id, part.line) for part in parts])
        return Answer(fields.text("short"), tuple(steps), tuple(parts))

    def _step(self, node: Node, place: int) -> Step:
        fields = self._fields(node, f"step {place}", "step")
        code = fields.text("code", needed=False)
        return Step(fields.text("step"), code, fields.lines("because", single=True), node.line)

    def _part(self, node: Node, place: int) -> Part:
        fields = self._fields(node, f"part {place}", "part")
        return Part(
            fields.identifier("id"),
            fields.line("title"),
            fields.text("text"),
            fields.lines("asked"),
            node.line,
        )

    def _claims(self, fields: Fields) -> list[Claim]:
        nodes = self._list(fields, "claims", needed=True)
        if "claims" in fields.values and fields.values["claims"].value == []:
            what = "the entry has no claim: an answer without one cannot be checked."
            fields.problem(what, fields.node.keys["claims"])
        claims = [self._claim(node, place) for place, node in enumerate(nodes, 1)]
        fields.distinct("claims", [(claim.id, claim.line) for claim in claims])
        return claims

    def _claim(self, node: Node, place: int) -> Claim:
        name = node.value.get("id") if isinstance(node.value, dict) else None
        fields = self._fields(node, f"claim '{name.text}'" if name else f"claim {place}", "claim")
        return Claim(
            id=fields.identifier("id"),
            kind=fields.choice("kind", KINDS) or "measured",
            says=fields.line("says"),
            experiment=fields.line("experiment"),
            expect=fields.line("expect"),
            shows=fields.line("shows", needed=False),
            at=fields.scalars("at"),
            holds_under=fields.lines("holds_under", single=True),
            fails_under=self._words(fields, "fails_under", needed=False),
            line=node.line,
        )

    def _words(self, fields: Fields, key: str, *, needed: bool) -> Mapping[str, str]:
        """A text by name."""
        node = fields.get(key, needed=needed)
        if node is None:
            return {}
        words = Fields(node, self.shown, f"'{key}' of {fields.what}", self.problems)
        return {name: words.line(name) for name in words.values}

    def _plot(self, node: Node) -> Plot:
        fields = self._fields(node, "a plot", "plot")
        lines = self._words(fields, "lines", needed=True)
        if "lines" in fields.values and not lines:
            fields.problem("a plot has no lines.", None, "For example `lines: {tanh: tanh.loss}`.")
        log = fields.lines("log", single=True)
        for axis in set(log) - set(AXES):
            fields.problem(
                f"'{axis}' of 'log' of a plot is none of its axes.", None, "They are x and y."
            )
        return Plot(
            shows=fields.line("shows"),
            claim=fields.line("claim"),
            x=fields.line("x"),
            lines=lines,
            at=fields.scalars("at"),
            log=log,
            y=fields.line("y", needed=False),
            line=node.line,
        )

    def _source(self, node: Node) -> SourceStatement:
        fields = self._fields(node, "a source statement", "source")
        ruling = fields.choice("ruling", RULINGS)
        return SourceStatement(
            document=fields.line("document"),
            says=fields.line("says"),
            ruling=ruling,
            where=fields.line("where", needed=False),
            because=fields.text("because", needed=ruling in {"conditional", "false", "untestable"}),
            claims=self._shown_by(fields, ruling),
            page=fields.flag("page"),
            line=node.line,
        )

    def _shown_by(self, fields: Fields, ruling: str) -> tuple[str, ...]:
        claims = fields.lines("claims")
        if (
            ruling == "true"
            and not claims
            and not {"claims", "because"} & {*fields.values, *fields.meant}
        ):
            what = (
                "a source statement that is ruled true names neither the claims that show it "
                "nor a reason."
            )
            fields.problem(what, None, "Add `claims: [...]`, or `because:`.")
        return claims

    def _references(self, entry: Fields) -> list[Reference]:
        references = [self._reference(item) for item in self._list(entry, "references")]
        entry.distinct("references", [(one.id, one.line) for one in references if one.id])
        return references

    def _reference(self, node: Node) -> Reference:
        fields = self._fields(node, "a reference", "reference")
        return Reference(
            id=fields.identifier("id", needed=False),
            title=fields.line("title"),
            authors=fields.line("authors"),
            year=fields.year("year", needed=True) or 0,
            url=fields.address("url"),
            purpose=fields.line("for", needed=False),
            line=node.line,
        )


def _old_keys(node: Node) -> set[str]:
    """The keys of the first claim, by which a file in the first form is told."""
    claims = node.value.get("claims") if isinstance(node.value, dict) else None
    first = (
        claims.value[0].value
        if claims and isinstance(claims.value, list) and claims.value
        else None
    )
    return set(first) if isinstance(first, dict) else set()
