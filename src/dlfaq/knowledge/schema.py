"""The keys of an entry's file, stated once: the reader knows its keys from here, and so do editors.

`json_schema` makes of them what `dlfaq schema` prints.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dlfaq.knowledge.entry import KINDS, RULINGS
from dlfaq.knowledge.experiment import STANDARD


class Key(NamedTuple):
    """One key of a mapping.

    Args:
        shape: `text`, `texts`, `text or texts`, `number`, `flag`, `scalars`, `sweep`, `words`; `x`,
            `list of x` or `map of x`, where x is another mapping of MAPPINGS; or the allowed
            values.
        means: What it says, for whoever writes an entry.
        needed: Whether an entry must have it.
    """

    shape: str | tuple[str | int, ...]
    means: str
    needed: bool = False


_CHANGES = {
    "given": Key("scalars", "Parameters that differ."),
    "arms": Key("map of arm", "Parameters by arm."),
    "sweep": Key("sweep", "Parameters that take several values."),
}
MAPPINGS: Mapping[str, Mapping[str, Key]] = {
    "entry": {
        "question": Key("text", "The question that the entry answers.", needed=True),
        "draft": Key("flag", "Whether this is still what `dlfaq new` wrote."),
        "also_asked": Key("texts", "Other ways to put the whole question."),
        "topics": Key("texts", "Ids from faq/topics.yml.", needed=True),
        "answer": Key("answer", "What the entry answers.", needed=True),
        "experiments": Key("map of experiment", "Configurations of simulations.", needed=True),
        "claims": Key("list of claim", "Statements that one number decides.", needed=True),
        "plots": Key("list of plot", "Figures of what trials measured."),
        "sources": Key("list of source", "What source documents say, with rulings."),
        "references": Key("list of reference", "Primary sources that were opened."),
        "related": Key("texts", "Ids of other entries."),
    },
    "answer": {
        "short": Key(
            "text", "Decides in at most 70 words; its condition stands in it.", needed=True
        ),
        "do": Key("list of step", "What to do, in the order in which one would try it."),
        "parts": Key("list of part", "The explanation, in sections.", needed=True),
    },
    "step": {
        "step": Key("text", "What to do, in the imperative.", needed=True),
        "code": Key("text", "PyTorch; every line is run by a test."),
        "because": Key("text or texts", "Claims, `entry/claim`, references, or `practice`."),
    },
    "part": {
        "id": Key("text", "Its anchor on the page.", needed=True),
        "title": Key("text", "What it says, in a few words.", needed=True),
        "asked": Key("texts", "The questions that this very part answers."),
        "text": Key("text", "Markdown, $maths$, {{ placeholders }}, [@citations].", needed=True),
    },
    "experiment": {
        "simulation": Key("text", "The name of a file in sims/.", needed=True),
        **_CHANGES,
        "replicates": Key("number", "How many the first look takes: a power of two."),
        "limit": Key("number", "How many the last look may reach by doubling."),
        "conditions": Key("map of condition", f"Its own; {', '.join(STANDARD)} are known to all."),
    },
    "condition": {
        **_CHANGES,
        "times": Key("scalars", "Factors by which numeric parameters are multiplied."),
    },
    "claim": {
        "id": Key("text", "Unique within the entry.", needed=True),
        "kind": Key(KINDS, "Found by running, by mathematics, or in PyTorch.", needed=True),
        "says": Key("text", "One statement, in at most 25 words.", needed=True),
        "experiment": Key("text", "Which experiment it is about.", needed=True),
        "at": Key("scalars", "The points of the sweep that it is about."),
        "expect": Key("text", "One prediction, such as `mean(loss) < 1`.", needed=True),
        "shows": Key("text", "What was measured, in words with placeholders."),
        "holds_under": Key("texts", "Conditions under which it holds too."),
        "fails_under": Key("words", "The reason by condition: where it must fail."),
    },
    "plot": {
        "shows": Key("text", "What to see in it.", needed=True),
        "claim": Key("text", "Whose experiment is drawn.", needed=True),
        "x": Key("text", "A swept parameter, or the axis of curves.", needed=True),
        "y": Key("text", "What the lines measure."),
        "lines": Key("words", "An expression by label.", needed=True),
        "at": Key("scalars", "Swept parameters held at one value."),
        "log": Key("text or texts", "Which axes are logarithmic: x, y."),
    },
    "source": {
        "document": Key("text", "An id from faq/documents.yml.", needed=True),
        "where": Key("text", "Where in the document."),
        "says": Key("text", "What it says, in our words.", needed=True),
        "ruling": Key(RULINGS, "Our ruling.", needed=True),
        "because": Key("text", "Why; with placeholders."),
        "claims": Key("texts", "The claims that show it."),
        "page": Key("flag", "Whether a reader of the entry's page needs it."),
    },
    "reference": {
        "id": Key("text", "What citations name: [@id]."),
        "for": Key("text", "What it is cited for."),
        "title": Key("text", "", needed=True),
        "authors": Key("text", "", needed=True),
        "year": Key("number", "", needed=True),
        "url": Key("text", "An address on the web."),
    },
}
_TEXT = {"type": "string"}
_SCALAR = {"type": ["string", "number", "boolean"]}
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "text": _TEXT,
    "texts": {"type": "array", "items": _TEXT},
    "text or texts": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    "number": {"type": "integer"},
    "flag": {"type": "boolean"},
    "scalars": {"type": "object", "additionalProperties": _SCALAR},
    "words": {"type": "object", "additionalProperties": _TEXT},
    "sweep": {"type": "object", "additionalProperties": {"type": "array", "items": _SCALAR}},
    "arm": {"type": ["object", "null"], "additionalProperties": _SCALAR},
}


def keys(mapping: str) -> tuple[str, ...]:
    """The keys that a mapping of MAPPINGS may have."""
    return tuple(MAPPINGS[mapping])


def json_schema() -> dict[str, Any]:
    """The JSON schema of an entry's file, for editors that complete and check YAML by one."""
    whole = _object("entry")
    defined = {name: _object(name) for name in MAPPINGS if name != "entry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An entry of a dlfaq FAQ",
        **whole,
        "$defs": {**defined, "arm": dict(_SHAPES["arm"])},
    }


def _object(mapping: str) -> dict[str, Any]:
    known = MAPPINGS[mapping]
    return {
        "type": "object",
        "properties": {name: _property(key) for name, key in known.items()},
        "required": [name for name, key in known.items() if key.needed],
        "additionalProperties": False,
    }


def _property(key: Key) -> dict[str, Any]:
    described = {"description": key.means} if key.means else {}
    if isinstance(key.shape, tuple):
        # YAML reads an unquoted `true` as a truth value, which the reader accepts as the word
        values = [
            *key.shape,
            *(value == "true" for value in key.shape if value in {"true", "false"}),
        ]
        return {"enum": values, **described}
    if key.shape.startswith("list of "):
        return {"type": "array", "items": _ref(key.shape.removeprefix("list of ")), **described}
    if key.shape.startswith("map of "):
        items = _ref(key.shape.removeprefix("map of "))
        return {"type": "object", "additionalProperties": items, **described}
    return {**(_ref(key.shape) if key.shape in MAPPINGS else _SHAPES[key.shape]), **described}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
