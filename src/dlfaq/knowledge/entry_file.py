"""The schema of an entry: from a YAML tree to an `Entry`, with every problem of the file."""

from pathlib import Path
from typing import Any

from dlfaq.errors import Problem, Problems, did_you_mean
from dlfaq.knowledge.entry import RULINGS, Claim, Control, Entry, Reference, SourceStatement
from dlfaq.knowledge.fields import ID, Fields, kind
from dlfaq.knowledge.yaml_file import Node, read_yaml

MOST_REPLICATES = 4096
ENTRY = ("question", "also_asked", "topics", "answer", "claims", "sources", "references", "related")
CLAIM = ("id", "says", "simulation", "given", "arms", "sweep", "expect", "control", "replicates", "limit")
CONTROL = ("why", "given", "arms", "sweep")
SOURCE = ("document", "where", "says", "ruling", "because", "claims")
REFERENCE = ("title", "authors", "year", "url")


def read_entry(path: Path, shown: str) -> tuple[Entry, list[Problem]]:
    """Read one entry.

    Returns:
        The entry with what could be read of it, and everything that is wrong with it by itself. Only an entry without
        problems is to be used.

    Raises:
        Problems: If the file is no YAML at all.
    """
    problems: list[Problem] = []
    node = read_yaml(path, shown)
    if not isinstance(node.value, dict):
        raise Problems([Problem(shown, node.line, f"an entry is a mapping of keys to values, this is {kind(node)}.")])
    fields = Fields(node, shown, "the entry", problems, ENTRY)
    if not ID.fullmatch(path.stem):
        fields.problem(
            f"the file's name '{path.name}' is not made of lower-case letters, digits and single hyphens.", 1
        )
    answer = Fields(fields.child("answer") or Node({}, node.line), shown, "the answer", problems, ("short", "long"))
    claims = tuple(_claim(item, shown, problems) for item in fields.listed("claims", needed=True))
    if not claims and "claims" in fields.values:
        fields.problem("the entry has no claim: an answer without one cannot be checked.", fields.line("claims"))
    _no_doubles([(claim.id, claim.line) for claim in claims], "claim", shown, problems)
    entry = Entry(
        id=path.stem,
        question=fields.text("question"),
        topics=fields.texts("topics", needed=True),
        short=answer.text("short"),
        long=answer.text("long"),
        claims=claims,
        path=path,
        also_asked=fields.texts("also_asked"),
        sources=tuple(_source(item, shown, problems) for item in fields.listed("sources")),
        references=tuple(_reference(item, shown, problems) for item in fields.listed("references")),
        related=fields.texts("related"),
    )
    return entry, problems


def _no_doubles(names: list[tuple[str, int]], what: str, shown: str, problems: list[Problem]) -> None:
    seen: dict[str, int] = {}
    for name, line in names:
        if name in seen:
            problems.append(Problem(shown, line, f"there are two {what}s '{name}', the first on line {seen[name]}."))
        seen.setdefault(name, line)


def _claim(node: Node, shown: str, problems: list[Problem]) -> Claim:
    name = node.value.get("id") if isinstance(node.value, dict) else None
    fields = Fields(node, shown, f"claim '{name.value}'" if name else "a claim", problems, CLAIM)
    replicates = fields.integer("replicates", 32) or 0
    limit = fields.integer("limit", min(8 * replicates, MOST_REPLICATES)) or 0
    if replicates < 1 or replicates > MOST_REPLICATES or replicates & (replicates - 1):
        fields.problem(
            f"'replicates' of {fields.what} is {replicates}, not a power of two from 1 to {MOST_REPLICATES}.",
            fields.line("replicates"),
        )
    elif not replicates <= limit <= MOST_REPLICATES:
        fields.problem(
            f"'limit' of {fields.what} is {limit}, not between its {replicates} replicates and {MOST_REPLICATES}.",
            fields.line("limit"),
        )
    control = fields.child("control", needed=False)
    items = [] if control is None else control.value if isinstance(control.value, list) else [control]
    if not items and isinstance(node.value, dict):
        hint = "Add `control:` with `why:` and what it changes: a condition under which the expectation must fail."
        fields.problem(f"{fields.what} has no control, so nothing shows that its check can fail.", None, hint)
    return Claim(
        id=fields.identifier("id"),
        says=fields.text("says"),
        simulation=fields.text("simulation"),
        expect=fields.texts("expect", needed=True, single=True),
        controls=tuple(_control(item, fields.what, shown, problems) for item in items),
        **_conditions(fields),
        replicates=replicates,
        limit=limit,
        line=node.line,
    )


def _conditions(fields: Fields) -> dict[str, Any]:
    """`given`, `arms` and `sweep`, which a claim and a control share."""

    def arm(node: Node, name: str) -> dict[str, Any] | None:
        if node.value is None:
            return {}
        inner = Fields(
            Node({name: node}, node.line, {name: node.line}), fields.shown, fields.what, fields.problems, [name]
        )
        return inner.mapping(name, inner.scalar)

    def values(node: Node, name: str) -> tuple[Any, ...] | None:
        if not isinstance(node.value, list) or not node.value:
            fields.problem(
                f"'{name}' in the sweep of {fields.what} is not a list of values.",
                node.line,
                "For example [1, 10, 100].",
            )
            return None
        found = tuple(fields.scalar(item, name) for item in node.value)
        if len(set(map(repr, found))) < len(found):
            fields.problem(f"'{name}' in the sweep of {fields.what} takes a value twice.", node.line)
        return None if None in found else found

    return {
        "given": fields.mapping("given", fields.scalar),
        "arms": fields.mapping("arms", arm),
        "sweep": fields.mapping("sweep", values),
    }


def _control(node: Node, claim: str, shown: str, problems: list[Problem]) -> Control:
    fields = Fields(node, shown, f"a control of {claim}", problems, CONTROL)
    return Control(why=fields.text("why"), **_conditions(fields), line=node.line)


def _source(node: Node, shown: str, problems: list[Problem]) -> SourceStatement:
    fields = Fields(node, shown, "a source statement", problems, SOURCE)
    ruling = fields.text("ruling")
    if ruling and ruling not in RULINGS:
        fields.problem(f"'{ruling}' is no ruling.", fields.line("ruling"), did_you_mean(ruling, RULINGS))
    statement = SourceStatement(
        document=fields.text("document"),
        says=fields.text("says"),
        ruling=ruling,
        where=fields.text("where", needed=False),
        because=fields.text("because", needed=ruling not in {"true", ""}),
        claims=fields.texts("claims"),
        line=node.line,
    )
    if ruling == "true" and not statement.claims and not statement.because:
        fields.problem("a statement ruled true names the claims that show it, or says because of what it is true.")
    return statement


def _reference(node: Node, shown: str, problems: list[Problem]) -> Reference:
    fields = Fields(node, shown, "a reference", problems, REFERENCE)
    if "year" not in fields.values and isinstance(node.value, dict):
        fields.problem("a reference has no 'year'.")
    url = fields.text("url", needed=False)
    if url and not url.startswith(("https://", "http://")):
        fields.problem(f"the url '{url}' of a reference does not begin with https://.", fields.line("url"))
    return Reference(fields.text("title"), fields.text("authors"), fields.integer("year", 0) or 0, url)
