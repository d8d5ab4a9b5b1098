"""Whatever is in a file: an FAQ comes out, or problems; never anything else."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.conftest import ENTRY

from dlfaq.errors import Problem, Problems
from dlfaq.knowledge.load import load_faq


def loaded(root) -> tuple[Problem, ...]:
    """The problems of an FAQ; none if it is read."""
    try:
        assert load_faq(root).entry("noise").claims
    except Problems as found:
        return found.problems
    return ()


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_nothing_but_problems_comes_out_of_any_bytes(root, data):
    """Whatever is in the file: an entry, or problems."""
    (root / "faq" / "noise.yaml").write_bytes(data)
    with pytest.raises(Problems):
        load_faq(root)


LINES = ENTRY.splitlines()
BROKEN = [
    "", "- ", "  x: [", "? a", "claims: {}", "answer:", "    given: [1]", "  - ", "form: 2",
    "    sweep: {shift: {}}", "experiments:", "    conditions: [x]", "      x: {times: {shift: 0}}",
    "    fails_under: [still]", "    at: {shift: 1}", "    shows: '{{ @longer.mean(x) }}'",
]  # fmt: skip


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    line=st.integers(0, len(LINES) - 1),
    new=st.one_of(
        st.sampled_from(BROKEN),
        st.text(alphabet="ab:-[]{}#&*!|>'\"%@` \t0.e", max_size=20),
    ),
    keep=st.booleans(),
)
def test_nothing_but_problems_comes_out_of_a_broken_line(root, line, new, keep):
    """One line replaced or put in: an FAQ, or problems."""
    lines = [*LINES[:line], new, *LINES[line + (not keep) :]]
    (root / "faq" / "noise.yaml").write_text("\n".join(lines) + "\n", "utf-8")

    assert all(problem.file == "faq/noise.yaml" and problem.what for problem in loaded(root))


TREE = yaml.safe_load(ENTRY)
TREE["answer"]["do"] = [{"step": "Look at it.", "code": "x = 1", "because": ["zero"]}]
WORDS = [
    "", "x", "noise", "zero", "plain", "wide", "still", "shifted", "longer", "shift", "true", "low",
    "1e3", "mean(value) < 1", "{{ zero.mean(value) }}", "{{ @still.mean(value) }}",
    "{{ zero@shifted[x=1].mean(x) }}", "{{", "[@x]", "practice", "exact",
]  # fmt: skip
KEYS = [
    "id", "says", "given", "arms", "sweep", "times", "conditions", "simulation", "experiment",
    "expect", "shows", "at", "holds_under", "fails_under", "still", "shifted", "step", "because",
    "shift", "kind", "low",
]  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 99), st.floats(-9, 9),
              st.sampled_from(WORDS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


def places(tree, path=()):
    """Every path into a tree."""
    yield path
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from places(value, (*path, key))


def with_value(tree, path, value):
    """The tree with something else at a path."""
    if not path:
        return value
    copy = tree.copy()
    copy[path[0]] = with_value(tree[path[0]], path[1:], value)
    return copy


@settings(
    max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(path=st.sampled_from(list(places(TREE))), value=VALUES)
def test_nothing_but_problems_comes_out_of_a_wrong_value(root, path, value):
    """Anything, of any type, in any place of an entry: an FAQ, or problems that name lines."""
    text = json.dumps(with_value(TREE, path, value), indent=1)
    (root / "faq" / "noise.yaml").write_text(text)
    lines = len(text.splitlines())

    assert all(
        problem.file == "faq/noise.yaml" and 1 <= problem.line <= lines for problem in loaded(root)
    )
