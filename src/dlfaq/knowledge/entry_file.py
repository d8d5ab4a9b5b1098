"""The schema of an entry: from a YAML tree to an `Entry`, with everything that is wrong with the file by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, did_you_mean
from dlfaq.knowledge.entry import RULINGS, Claim, Control, Entry, Parameters, Plot, Reference, Scalar, SourceStatement
from dlfaq.knowledge.fields import IDS, Fields, is_id
from dlfaq.knowledge.yaml_file import Node, read_yaml

REPLICATES, MOST_REPLICATES, MOST_AT_LIMIT = 32, 4096, 65536
LOOKS = 8  # the default limit is this many times the replicates: three doublings
ENTRY = ("question", "also_asked", "topics", "answer", "plots", "claims", "sources", "references", "related")
CLAIM = ("id", "says", "simulation", "given", "arms", "sweep", "expect", "control", "replicates", "limit")
CONTROL = ("why", "given", "arms", "sweep")
PLOT = ("shows", "claim", "x", "y", "lines", "at", "log")
AXES = ("x", "y")
SOURCE = ("document", "where", "says", "ruling", "because", "claims")
REFERENCE = ("title", "authors", "year", "url")
NO_CONTROL = "Add `control:` with `why:` and what it changes: a condition under which the expectation must fail."

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class EntryFile:
    """An entry as it stands in its file.

    Attributes:
        entry: What could be read; to be used only if nothing is wrong.
        node: The file's tree, which knows the lines.
        shown: The file's name in messages.
        problems: What is wrong with the file by itself.
        half_read: The claims, by place, whose conditions could not be read as they were meant.
    """

    entry: Entry
    node: Node
    shown: str
    problems: tuple[Problem, ...]
    half_read: frozenset[int]

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
        self.half_read: set[int] = set()

    def read(self, path: Path) -> EntryFile:
        fields = self._fields(self.node, "the entry", ENTRY)
        if not is_id(path.stem):
            fields.problem(f"the file's name '{path.name}' is the entry's id, which is made of {IDS}.", 1)
        answer = fields.get("answer")
        answered = None if answer is None else self._fields(answer, "the answer", ("short", "long"))
        entry = Entry(
            id=path.stem,
            question=fields.line("question"),
            topics=fields.lines("topics", needed=True),
            short=answered.text("short") if answered else "",
            long=answered.text("long") if answered else "",
            claims=tuple(self._claims(fields)),
            path=path,
            also_asked=fields.lines("also_asked"),
            plots=tuple(self._plot(item) for item in self._list(fields, "plots")),
            sources=tuple(self._source(item) for item in self._list(fields, "sources")),
            references=tuple(self._reference(item) for item in self._list(fields, "references")),
            related=fields.lines("related"),
        )
        return EntryFile(entry, self.node, self.shown, tuple(self.problems), frozenset(self.half_read))

    def _fields(self, node: Node, what: str, known: tuple[str, ...]) -> Fields:
        return Fields(node, self.shown, what, self.problems, known)

    def _list(self, fields: Fields, key: str, *, needed: bool = False) -> list[Node]:
        return fields.items(key, fields.get(key, needed=needed))

    def _claims(self, fields: Fields) -> Iterator[Claim]:
        nodes = self._list(fields, "claims", needed=True)
        if "claims" in fields.values and fields.values["claims"].value == []:
            fields.problem(
                "the entry has no claim: an answer without one cannot be checked.", fields.node.keys["claims"]
            )
        seen: dict[str, int] = {}
        for place, node in enumerate(nodes):
            claim = self._claim(node, place)
            first = seen.setdefault(claim.id, claim.line)
            if claim.id and first != claim.line:
                fields.problem(f"there are two claims '{claim.id}', the first on line {first}.", claim.line)
            yield claim

    def _claim(self, node: Node, place: int) -> Claim:
        name = node.value.get("id") if isinstance(node.value, dict) else None
        fields = self._fields(node, f"claim '{name.text}'" if name else f"claim {place + 1}", CLAIM)
        before = len(self.problems)
        conditions = self._conditions(fields)
        controls = tuple(self._controls(fields))
        if len(self.problems) > before:
            self.half_read.add(place)
        replicates, limit = self._replicates(fields)
        return Claim(
            id=fields.identifier("id"),
            says=fields.line("says"),
            simulation=fields.line("simulation"),
            expect=fields.lines("expect", needed=True, single=True),
            controls=controls,
            **conditions,
            replicates=replicates,
            limit=limit,
            line=node.line,
        )

    def _replicates(self, fields: Fields) -> tuple[int, int]:
        replicates = fields.integer("replicates", REPLICATES) or 0
        if not 1 <= replicates <= MOST_REPLICATES or replicates & (replicates - 1):
            what = f"'replicates' of {fields.what} is {replicates}, not a power of two from 1 to {MOST_REPLICATES}."
            fields.problem(what, fields.node.keys["replicates"])
            replicates = REPLICATES
        limit = fields.integer("limit", LOOKS * replicates) or 0
        if not replicates <= limit <= MOST_AT_LIMIT:
            what = f"'limit' of {fields.what} is {limit}, not from its {replicates} replicates to {MOST_AT_LIMIT}."
            fields.problem(what, fields.node.keys["limit"])
        return replicates, limit

    def _controls(self, fields: Fields) -> Iterator[Control]:
        given = fields.get("control", needed=False)
        nodes = [] if given is None else given.value if isinstance(given.value, list) else [given]
        if not nodes and fields.is_mapping and "control" not in fields.meant:
            what = f"{fields.what} has no control, so nothing shows that its check can fail."
            fields.problem(what, fields.node.keys.get("control"), NO_CONTROL)
        for number, node in enumerate(nodes, 1):
            what = f"control {number} of {fields.what}" if len(nodes) > 1 else f"the control of {fields.what}"
            control = self._fields(node, what, CONTROL)
            if control.is_mapping and not {"given", "arms", "sweep"} & {*control.values, *control.meant}:
                control.problem(f"{what} changes nothing.", None, "Add `given:`, `arms:` or `sweep:`.")
            yield Control(why=control.line("why"), **self._conditions(control), line=node.line)

    def _conditions(self, fields: Fields) -> dict[str, Any]:
        """`given`, `arms` and `sweep`, which a claim and a control share."""
        arms = fields.children(fields.get("arms", needed=False), f"'arms' of {fields.what}")
        sweep = fields.children(fields.get("sweep", needed=False), f"'sweep' of {fields.what}")
        return {
            "given": fields.scalars("given"),
            "arms": {name: self._arm(fields, name, node) for name, node in arms},
            "sweep": {name: self._swept(fields, name, node) for name, node in sweep},
        }

    def _arm(self, fields: Fields, name: str, node: Node) -> Parameters:
        return {} if node.value is None else dict(fields.pairs(node, f"the arm '{name}' of {fields.what}"))

    def _swept(self, fields: Fields, name: str, node: Node) -> tuple[Scalar, ...]:
        what = f"'{name}' in the sweep of {fields.what}"
        if not isinstance(node.value, list) or not node.value:
            fields.problem(f"{what} is not a list of values.", node.line, "For example [1, 10, 100].")
            return ()
        values = [fields.scalar(item, f"a value of {what}") for item in node.value]
        for item, value in zip(node.value, values, strict=True):
            if value is not None and [repr(one) for one in values].count(repr(value)) > 1:
                fields.problem(f"{what} takes the value {value!r} twice.", item.line)
                break
        return tuple(value for value in values if value is not None)

    def _plot(self, node: Node) -> Plot:
        fields = self._fields(node, "a plot", PLOT)
        drawn = Fields(fields.get("lines") or Node({}, node.line), self.shown, "'lines' of a plot", self.problems)
        lines = {label: drawn.line(label) for label in drawn.values}
        if "lines" in fields.values and drawn.is_mapping and not lines:
            drawn.problem("a plot has no lines.", None, "For example `lines: {tanh: tanh.loss}`.")
        log = fields.lines("log", single=True)
        for axis in set(log) - set(AXES):
            fields.problem(f"'{axis}' of 'log' of a plot is none of its axes.", None, "They are x and y.")
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
        fields = self._fields(node, "a source statement", SOURCE)
        ruling = self._ruling(fields)
        return SourceStatement(
            document=fields.line("document"),
            says=fields.line("says"),
            ruling=ruling,
            where=fields.line("where", needed=False),
            because=fields.text("because", needed=ruling in {"conditional", "false", "untestable"}),
            claims=self._shown_by(fields, ruling),
            line=node.line,
        )

    def _ruling(self, fields: Fields) -> str:
        node = fields.get("ruling")
        if node is None:
            return ""
        ruling = node.text.lower() if isinstance(node.value, bool) else node.text  # `true` is a truth value to YAML
        if ruling not in RULINGS:
            fields.problem(f"'{ruling[:40]}' is no ruling.", node.line, did_you_mean(ruling, RULINGS))
            return ""
        return ruling

    def _shown_by(self, fields: Fields, ruling: str) -> tuple[str, ...]:
        claims = fields.lines("claims")
        if ruling == "true" and not claims and not {"claims", "because"} & {*fields.values, *fields.meant}:
            what = "a source statement that is ruled true names neither the claims that show it nor a reason."
            fields.problem(what, None, "Add `claims: [...]`, or `because:`.")
        return claims

    def _reference(self, node: Node) -> Reference:
        fields = self._fields(node, "a reference", REFERENCE)
        year = fields.year("year", needed=True)
        return Reference(fields.line("title"), fields.line("authors"), year or 0, fields.address("url"))
