"""YAML as data: values come back with their lines; the rest is refused in one clear message."""

import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlfaq.errors import Problems
from dlfaq.knowledge.yaml_file import DEEPEST, LARGEST, Node, plain_scalar, read_yaml


def read(tmp_path, data: str | bytes) -> Node:
    path = tmp_path / "file.yaml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_yaml(path, "file.yaml")


def refused(tmp_path, data: str | bytes) -> list[str]:
    with pytest.raises(Problems) as caught:
        read(tmp_path, data)
    return [str(problem) for problem in caught.value.problems]


def plain(node: Node):
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("1E3", 1000.0), (".5", 0.5), ("1.", 1.0), ("-3", -3), ("+4", 4),
        ("010", 10), ("0", 0), ("true", True), ("False", False), ("null", None), ("~", None),
        ("", None), ("yes", "yes"), ("no", "no"), ("on", "on"), ("1_000", "1_000"),
        ("0x10", "0x10"), ("1:30", "1:30"), ("2001-01-01", "2001-01-01"), (".inf", ".inf"),
        (".nan", ".nan"), ("1e999", "1e999"), ("e3", "e3"), ("-", "-"),
        ("12345678901234567890", 12345678901234567890.0),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema(text, value):
    """YAML 1.2: a truth value is true or false, a number is one in Python, the rest is text."""
    found = plain_scalar(text)

    assert found == value
    assert type(found) is type(value)


def test_quotes_and_blocks_are_texts(tmp_path):
    """Whatever stands in quotes or in a block is a text."""
    node = read(tmp_path, "a: '1'\nb: \"true\"\nc: |\n  2\nd: >-\n  x\n  y\n")

    assert plain(node) == {"a": "1", "b": "true", "c": "2\n", "d": "x y"}


def test_every_value_knows_its_line(tmp_path):
    """Keys, items, and the nearest line of what is not there."""
    node = read(tmp_path, "a:\n  - x\n  - b: 1\n    c: [2,\n        3]\n\nd: 4\n")

    assert node.line_of("a") == 1
    assert node.line_of("a", 1) == 3
    assert node.line_of("a", 1, "c") == 4
    assert node.line_of("a", 1, "c", 1) == 5
    assert node.line_of("a", 1, "missing", 7) == 3
    assert node.line_of("d", 0) == 7


def test_windows_lines_and_byte_order_mark(tmp_path):
    """Files of other editors are read."""
    assert plain(read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")) == {
        "a": 1,
        "b": "x\ny\n",
    }


def test_keys_are_what_is_written(tmp_path):
    """Also where they look like numbers or truth values."""
    assert plain(read(tmp_path, "1: a\ntrue: b\n1.0: c\n")) == {"1": "a", "true": "b", "1.0": "c"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null"])
def test_an_empty_file_is_nothing(tmp_path, text):
    """No error by itself: whoever reads it says what is missing."""
    assert read(tmp_path, text).value is None


REFUSALS = {
    "tab": ("a:\n\tb: 1\n", "file.yaml:2: a tab is used to indent.", "spaces"),
    "tabs": (
        "a:\n\tb: 1\n\tc: 1\n  \td: 1\n",
        "file.yaml:2: a tab is used to indent, as on 2 more lines.",
    ),
    "bad UTF-8": (
        b"a: 1\nb: \xff\xfe\n", "file.yaml:2: this is not UTF-8 text", "Save the file as UTF-8.",
    ),
    "Latin 1": ("a: é".encode("latin-1"), "file.yaml:1: this is not UTF-8 text"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "file.yaml:1: this is not UTF-8 text"),
    "duplicate key": (
        "a: 1\nb: 2\na: 3\n", "file.yaml:3: the key 'a' stands twice, first on line 1.",
    ),
    "deep duplicate key": (
        "a:\n  b: [{c: 1,\n  c: 2}]\n", "file.yaml:3: the key 'c' stands twice, first on line 2.",
    ),
    "anchor": ("a: &x 1\n", "file.yaml:1: 'x': anchors and aliases are not used here."),
    "alias": ("a: 1\nb: *x\n", "file.yaml:2: 'x': anchors and aliases are not used here."),
    "tag": (
        "a: 1\nb: !!python/object/apply:os.system ['true']\n",
        "file.yaml:2: the tag 'tag:yaml.org,2002:python/object",
    ),
    "local tag": ("a: !x 1\n", "file.yaml:1: the tag '!x' is not used here."),
    "second document": ("a: 1\n---\nb: 1\n", "file.yaml:2: a second document begins here"),
    "complex key": ("? [a, b]\n: c\n", "file.yaml:1: a key is a word."),
    "no key": ("'': c\n", "file.yaml:1: a key is a word."),
    "placeholder without quotes": (
        "a: 1\nb: {{ x.mean(y) }}\n", "file.yaml:2: a key is a word.", "quotes",
    ),
    "placeholder in front of a text": (
        "a: 1\nb: {{ x.mean(y) }} is\n", "file.yaml:2: a key is a word.",
    ),
    "colon in a text": ("a: b: c\n", "file.yaml:1: this is not YAML: a `: ` stands inside a text"),
    "open bracket": ("a: [1, 2\nb: 3\n", "this is not YAML: a bracket [ or { is not closed."),
    "open quote": ('a: "b\nc: 1\n', "this is not YAML: a quoted text is not closed."),
    "bad beginning": (
        "a: @b\n", "file.yaml:1: this is not YAML: a text cannot begin with this character.",
    ),
    "bad indentation": ("a: 1\n b: 2\n", "file.yaml:2: this is not YAML: "),
    "no key in a line": ("a: 1\nhello\nb: 2\n", "this is not YAML: this line is neither"),
    "escape of a control": (
        'a: "x\\e[31m"\n', "file.yaml:1: the control character U+001B is in this text.",
    ),
    "escape of half a character": ('a: "\\ud800"\n', "file.yaml:1: "),
    "escape beyond Unicode": ('a: "\\U7FFFFFFF"\n', "file.yaml:1: this is not YAML"),
    "huge version": (f"%YAML {'9' * 5000}.1\n---\na: 1\n", "file.yaml:1: this is not YAML"),
}  # fmt: skip


@pytest.fixture(params=["libyaml", "Python"])
def loader(request, monkeypatch):
    """PyYAML comes with or without the C library, whose messages differ."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    return request.param


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(tmp_path, name, loader):
    """One problem each, with its line."""
    data, *says = REFUSALS[name]
    found = refused(tmp_path, data)

    assert len(found) == 1, found
    assert all(text in found[0] for text in says), found


CONTROLS = (
    "\0\x07\x08\x0b\x0c\x1b\x7f\x80\x85\x9b\u200e\u200f"
    "\u2028\u2029\u202a\u202b\u202d\u202e\u2066\u2069\ufeff\ufffe"
)


@pytest.mark.parametrize("char", CONTROLS, ids=lambda char: f"U+{ord(char):04X}")
def test_control_characters_are_refused(tmp_path, char):
    """What a terminal or a browser would obey instead of showing, named by line and code."""
    assert refused(tmp_path, f"a: 1\nb: x{char}y\n") == [
        f"file.yaml:2: the control character U+{ord(char):04X} is in this line.\n  Take it out."
    ]


def test_all_bad_lines_are_named_at_once(tmp_path):
    """Control characters and tabs do not hide each other."""
    assert len(refused(tmp_path, "a: \x07\nb: \x1b\n\tc: 1\n")) == 3


def test_all_double_keys_are_named_at_once(tmp_path):
    """And with them the fault that ends the reading."""
    found = refused(tmp_path, "a: 1\na: 2\nb: 1\nb: 2\nc: [\n")

    assert [text for text in found if "stands twice" in text] == found[:2]
    assert "not YAML" in found[2]


def test_other_characters_are_texts(tmp_path):
    """Accents, mathematics, emoji, markup, a tab inside a line."""
    text = "é ∑ 🤖 <script>alert(1)</script> $\\frac{a}{b}$\tx \u00a0"

    assert plain(read(tmp_path, f"a: '{text}'\n")) == {"a": text}


def test_a_bomb_of_aliases_ends_at_its_first_anchor(tmp_path):
    """Nine levels of nine would be gigabytes."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{other}: &{other} [{', '.join(['*' + one] * 9)}]\n"

    assert refused(tmp_path, bomb)[0].startswith(
        "file.yaml:1: 'a': anchors and aliases are not used here."
    )


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_at_once(tmp_path, bracket, loader):
    """It ends at the first level too many: neither recursion nor time is exhausted."""
    start = time.perf_counter()
    found = refused(tmp_path, bracket * (LARGEST // len(bracket) - 1))

    assert found == [f"file.yaml:1: it is nested more than {DEEPEST} deep."]
    assert time.perf_counter() - start < 2


def test_as_deep_as_allowed(tmp_path):
    """The limit itself is fine."""
    node = read(tmp_path, "[" * DEEPEST + "]" * DEEPEST)

    assert node.value[0].line == 1


def test_sizes(tmp_path):
    """A file has at most a megabyte."""
    assert f"it may have {LARGEST}" in refused(tmp_path, b"x" * (LARGEST + 1))[0]
    assert read(tmp_path, b"x" * LARGEST).value


def test_a_folder_is_no_file(tmp_path):
    """It says so instead of breaking."""
    with pytest.raises(Problems, match="cannot be read"):
        read_yaml(tmp_path, "folder.yaml")


@settings(
    max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="ab:-[]{}#&*!|>'\"%@`?, \n\\ex0", max_size=80).map(str.encode),
    )
)
def test_any_bytes_are_read_or_refused(tmp_path, loader, data):
    """Only Problems come out, each with words and a line of the file."""
    problems = None
    try:
        read(tmp_path, data)
    except Problems as found:
        problems = found.problems
    lines = data.count(b"\n") + 2  # the end may be named as the line behind the last

    assert problems is None or (
        problems and all(one.what and 1 <= one.line <= lines for one in problems)
    )


SCALARS = st.one_of(
    st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False)
)
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)
NAMES = st.from_regex("[a-z]{1,6}", fullmatch=True)
TREES = st.recursive(
    st.one_of(SCALARS, st.text(alphabet=PRINTABLE, max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(tree=TREES)
def test_what_is_written_comes_back(tmp_path, loader, tree):
    """JSON is YAML: any tree of plain values survives."""
    import json

    assert plain(read(tmp_path, json.dumps({"x": tree}))) == {"x": tree}
