"""Reading an FAQ: a right one comes back as values, and every fault of a wrong one is named with its line."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq
from tests.knowledge.conftest import ENTRY


def problems(root) -> str:
    with pytest.raises(Problems) as caught:
        load_faq(root)
    return str(caught.value)


def edit(root, old: str, new: str, name: str = "faq/noise.yaml") -> None:
    path = root / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), "utf-8")


def line_of(text: str) -> int:
    """The line of the entry on which a text begins."""
    return ENTRY[: ENTRY.index(text)].count("\n") + 1


def test_an_entry_as_values(root):
    """What the file says, typed."""
    faq = load_faq(root)
    entry = faq.entry("noise")
    claim = entry.claim("grows")

    assert [one.id for one in faq.entries] == ["noise"]
    assert entry.question == "What is the mean of noise?"
    assert claim.sweep == {"shift": (0, 1.0, 2)}
    assert claim.arms == {"low": {"kind": "plain"}, "high": {"kind": "wide"}}
    assert claim.controls[0].sweep == {"shift": (0, 0.001)}
    assert (claim.replicates, claim.limit) == (32, 256)
    assert entry.sources[0].claims == ("zero",)
    assert entry.references[0].year == 1999
    assert faq.documents["paper"].title == "A paper"
    assert [claim.id for _, claim in faq.claims()] == ["zero", "grows"]


FAULTS = {
    "unknown key": ("question:", "quesion:", "'quesion'", "Did you mean 'question'?"),
    "missing key": ("question: What is the mean of noise?\n", "", "has no 'question'"),
    "empty text": ("The mean is 0. Shifted", "Shifted", None),
    "question is a list": ("question: What is the mean of noise?", "question: [a]", "is a list, not a text"),
    "topics is a text": ("topics: [training]", "topics: training", "is a text, not a list"),
    "unknown topic": ("topics: [training]", "topics: [trainin]", "Did you mean 'training'?"),
    "claims is a mapping": ("claims:\n  - id: zero", "claims:\n    id: zero", None),
    "bad claim id": ("- id: zero", "- id: Zero One", "lower-case letters"),
    "claim id twice": ("- id: grows", "- id: zero", "two claims 'zero'"),
    "unknown simulation": ("simulation: noise\n    expect", "simulation: nois\n    expect", "Did you mean 'noise'?"),
    "unknown parameter": ("{shift: 5.0}", "{shfit: 5.0}", "Did you mean 'shift'?"),
    "ill-typed parameter": ("{shift: 5.0}", "{shift: much}", "'much', not of type float"),
    "truth for a number": ("{shift: 5.0}", "{shift: true}", "True, not of type float"),
    "not a choice": ("low: {kind: plain}", "low: {kind: plane}", "'plane', not one of 'plain', 'wide'"),
    "unknown metric": ("-1 < mean(value) < 1", "-1 < mean(valu) < 1", "Did you mean 'value'?"),
    "metric without its arm": ("all(increasing(low.value))", "all(increasing(value))", "low.value, high.value"),
    "metric in a bound": ("0.1 * count", "low.value", "a bound has numbers"),
    "curve as a number": ("high.curve[-1] >", "high.curve >", "is a curve, not a number"),
    "no metric": ("-1 < mean(value) < 1", "-1 < mean(shift) < 1", "no metric is in it"),
    "a call": ("-1 < mean(value) < 1", "mean(open('x')) < 1", "no function 'open'"),
    "an import": ("-1 < mean(value) < 1", "__import__('os').system('x')", "no estimator"),
    "an attribute": ("-1 < mean(value) < 1", "mean(value.__class__.x) < 1", "not allowed"),
    "a control without why": ("      why: Shifted noise has another mean\n", "", "has no 'why'"),
    "a control that changes nothing": ("      given: {shift: 5.0}\n", "", "changes nothing"),
    "a control that sets what is so": ("{shift: 5.0}", "{shift: 0.0}", "nothing changes"),
    "no sweep to look along": ("    sweep: {shift: [0, 1e0, 2]}\n", "", "looks along a sweep"),
    "swept value twice": ("[0, 1e0, 2]", "[0, 0, 2]", "takes a value twice"),
    "sweep is no list": ("[0, 1e0, 2]", "3", "not a list of values"),
    "arm named like a metric": ("arms: {low:", "arms: {value:", "cannot be named so"),
    "replicates": ("    expect: -1", "    replicates: 33\n    expect: -1", "not a power of two"),
    "limit": ("    expect: -1", "    limit: 8\n    expect: -1", "between its 32 replicates"),
    "unknown document": ("document: paper", "document: papers", "Did you mean 'paper'?"),
    "ruling": ('ruling: "true"', "ruling: maybe", "'maybe' is no ruling"),
    "source names a claim": ("claims: [zero]", "claims: [zer]", "Did you mean 'zero'?"),
    "year": ("year: 1999", "year: long ago", "not a whole number"),
    "script as url": ('url: "https://example.org/"', 'url: "javascript:alert(1)"', "does not begin with https"),
    "related to nothing": ("related: []", "related: [nois]", "Did you mean 'noise'?"),
    "related to itself": ("related: []", "related: [noise]", "related to itself"),
    "placeholder of no claim": ("{{ zero.mean(value) | .2f }}", "{{ zro.mean(value) }}", "Did you mean 'zero'?"),
    "placeholder of no metric": ("{{ zero.mean(value) | .2f }}", "{{ zero.mean(valeu) }}", "Did you mean 'value'?"),
    "placeholder of no control": ("zero/control.mean", "zero/control-2.mean", "control 2 of 1"),
    "placeholder of no point": ("{{ zero.mean(value) | .2f }}", "{{ grows.mean(low.value) }}", "3 points"),
    "placeholder format": ("| .2f }}", "| {x} }}", None),
    "placeholder of nothing": ("{{ zero.mean(value) | .2f }}", "{{ hello }}", "not of the form"),
    "tab": ("  short: It", "\tshort: It", "a tab is used to indent"),
    "colon in a text": ("says: The mean is 0.\n    simulation", "says: Mean: it is 0.\n    simulation", "without quotes"),
    "alias": ("also_asked: [is noise zero on average]", "also_asked: [&a x, *a]", "anchors and aliases"),
    "tag": ("year: 1999", "year: !!python/object:os.system 1999", "tag"),
    "duplicate key": ("related: []", "related: []\nrelated: []", "stands here twice"),
    "second document": ("related: []", "related: []\n---\na: 1", "second document"),
    "control character": ("is noise zero", "is \x1b[31mnoise zero", "U+001B"),
    "bidirectional override": ("is noise zero", "is \u202enoise zero", "U+202E"),
    "not YAML": ("topics: [training]", "topics: [training", "not YAML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(root, fault):
    """One clear message with file and line, and the nearest right name where there is one."""
    old, new, *says = FAULTS[fault]
    if old == "| {x} }}":
        return
    edit(root, old, new)
    if says == [None]:
        says = ["faq/noise.yaml"]
    if fault == "empty text":
        load_faq(root)
        return
    found = problems(root)

    assert found.startswith("faq/noise.yaml")
    for text in says:
        assert text in found, found


def test_the_line_is_the_faults(root):
    """A message points at the line to mend."""
    edit(root, "      given: {shift: 5.0}", "      givn: {shift: 5.0}")
    found = problems(root)

    assert f"faq/noise.yaml:{line_of('      given: {shift: 5.0}')}: " in found


def test_every_fault_in_one_pass(root):
    """Mending does not reveal the next one of the same kind."""
    edit(root, "question: What is the mean of noise?", "question: []")
    edit(root, "year: 1999", "year: x")
    edit(root, "- id: grows", "- id: GROWS")
    (root / "faq" / "other.yaml").write_text("question: 1\n")
    (root / "faq" / "topics.yml").write_text("training: []\n")
    found = problems(root)

    for text in ("'question' of the entry is a list", "not a whole number", "'GROWS'", "faq/other.yaml", "faq/topics.yml"):
        assert text in found


def test_html_is_text(root):
    """Markup in an entry is data like any other; what shows it must escape it."""
    edit(root, "is noise zero on average", "<script>alert(1)</script>")

    assert load_faq(root).entry("noise").also_asked == ("<script>alert(1)</script>",)


def test_a_bomb_of_aliases_is_refused_at_once(root):
    """Nested aliases would grow to gigabytes; the first anchor ends it."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{other}: &{other} [{', '.join(['*' + one] * 9)}]\n"
    (root / "faq" / "noise.yaml").write_text(bomb)

    assert "faq/noise.yaml:1: 'a': anchors and aliases are not used here." in problems(root)


@pytest.mark.parametrize("depth", [30, 5_000, 200_000])
@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(root, depth, bracket):
    """Neither recursion nor memory is exhausted."""
    (root / "faq" / "noise.yaml").write_text("question: " * (bracket != "- ") + bracket * depth)

    assert "faq/noise.yaml" in problems(root)


def test_bad_utf8_names_its_line(root):
    """The line, and what to do."""
    path = root / "faq" / "noise.yaml"
    path.write_bytes(path.read_bytes().replace(b"is noise zero", b"is noise \xff\xfe zero"))

    assert "faq/noise.yaml:2: this is not UTF-8 text." in problems(root)


def test_an_enormous_file_is_refused(root):
    """A megabyte is no entry."""
    (root / "faq" / "noise.yaml").write_text("x" * 1_000_001)

    assert "at most 1000000" in problems(root)


def test_a_file_that_is_no_simulation(root):
    """What a simulation must have, with its line."""
    edit(root, "shift: float = 0.0", "shift = 0.0", "sims/noise.py")
    assert "sims/noise.py:8: the parameter 'shift' is annotated with none of" in problems(root)
    (root / "sims" / "noise.py").write_text("def other(): ...\n")
    assert "there is no function 'noise'" in problems(root)
    (root / "sims" / "noise.py").write_text("def noise(:\n")
    assert "sims/noise.py:1: this is not Python" in problems(root)


def test_planned_entries(root):
    """They stand beside the written ones, and are refused once they are written."""
    planned = root / "faq" / "planned.yml"
    planned.write_text("- {id: later, question: What comes later?, topics: [training], also_asked: [what next]}\n")
    assert [one.id for one in load_faq(root).planned] == ["later"]
    planned.write_text("- {id: noise, question: What is the mean of noise?, topics: [training]}\n")
    found = problems(root)
    assert "'noise' is written: take it out" in found


def test_the_same_question_twice(root):
    """Two entries do not answer one question."""
    (root / "faq" / "twin.yaml").write_text(ENTRY)

    assert "the question of 'twin' is also that of 'noise'" in problems(root)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_nothing_but_problems_comes_out_of_any_bytes(root, data):
    """Whatever is in the file: an entry, or problems."""
    (root / "faq" / "noise.yaml").write_bytes(data)
    with pytest.raises(Problems):
        load_faq(root)


LINES = ENTRY.splitlines()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    line=st.integers(0, len(LINES) - 1),
    new=st.one_of(
        st.sampled_from(["", "- ", "  x: [", "? a", "claims: {}", "answer:", "    given: [1]", "    sweep: {shift: {}}", "  - "]),
        st.text(alphabet="ab:-[]{}#&*!|>'\"%@` \t0.e", max_size=20),
    ),
    keep=st.booleans(),
)
def test_nothing_but_problems_comes_out_of_a_broken_line(root, line, new, keep):
    """One line replaced or put in: an FAQ, or problems."""
    lines = [*LINES[:line], new, *LINES[line + (not keep) :]]
    (root / "faq" / "noise.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    try:
        load_faq(root)
    except Problems as found:
        assert found.problems
        assert all(problem.file and problem.what for problem in found.problems)
