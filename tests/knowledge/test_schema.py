"""The JSON schema of an entry's file accepts what the reader accepts."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dlfaq.knowledge.authoring import new_entry
from dlfaq.knowledge.schema import json_schema

SCHEMA = json_schema()
ENTRIES = sorted((Path(__file__).parents[2] / "faq").glob("*.yaml"))
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def faults(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Where a value breaks a schema, of the keywords that ours uses."""
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        found = [faults(value, one, path) for one in schema["anyOf"]]
        return [] if [] in found else found[0]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: {value!r}"]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    is_flag = isinstance(value, bool)
    if not any(
        isinstance(value, TYPES[one]) and (one == "boolean" or not is_flag) for one in types
    ):
        return [f"{path}: {value!r} is no {schema['type']}"]
    found = []
    if isinstance(value, dict):
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        found += [
            f"{path}/{name}: missing" for name in schema.get("required", ()) if name not in value
        ]
        for name, one in value.items():
            if name in known or isinstance(more, dict):
                found += faults(one, known.get(name, more), f"{path}/{name}")
            elif not more:
                found.append(f"{path}/{name}: unknown")
    if isinstance(value, list):
        found += [
            fault
            for place, one in enumerate(value)
            for fault in faults(one, schema["items"], f"{path}/{place}")
        ]
    return found


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
def test_every_entry_is_of_the_schema(path: Path) -> None:
    """The entries as they stand."""
    assert faults(yaml.safe_load(path.read_text("utf-8")), SCHEMA) == []


def test_an_unknown_key_and_a_missing_one() -> None:
    """The validator of this test finds what is wrong."""
    found = faults({"question": "Why?", "wrong": 1}, SCHEMA)
    assert "/wrong: unknown" in found
    assert "/answer: missing" in found


def test_what_new_writes_is_of_the_schema(tmp_path: Path) -> None:
    """The scaffold that `dlfaq new` fills in."""
    (tmp_path / "faq").mkdir()
    (tmp_path / "sims").mkdir()
    (tmp_path / "faq/topics.yml").write_text("training: Training\n", "utf-8")
    new_entry(tmp_path, "some-noise", "What is noise?")
    assert (
        faults(yaml.safe_load((tmp_path / "faq/some-noise.yaml").read_text("utf-8")), SCHEMA) == []
    )
