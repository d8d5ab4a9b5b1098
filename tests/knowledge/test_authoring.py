"""Starting an entry and an FAQ: what is written passes the checks, and nothing is overwritten."""

import ast

import pytest

from dlfaq.errors import Problems
from dlfaq.knowledge.authoring import init_faq, new_entry, scaffold
from dlfaq.knowledge.entry import Entry
from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.simulations import read_simulation


@pytest.fixture
def ours(tmp_path):
    """An FAQ that was just started."""
    init_faq(tmp_path / "ours")
    return tmp_path / "ours"


def files(root) -> dict:
    found = [path for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def simulation_of(entry: Entry) -> str:
    """The name of the simulation that a new entry's only experiment runs."""
    (experiment,) = entry.experiments.values()
    return experiment.simulation


def refused(call, *words) -> str:
    with pytest.raises(Problems) as caught:
        call(*words)
    return str(caught.value)


def test_a_new_faq_passes_its_checks(tmp_path):
    """One entry with a claim and a control, the lists, and what tells how to go on."""
    written = init_faq(tmp_path / "a" / "ours")
    root = tmp_path / "a" / "ours"
    faq = load_faq(root)

    assert {path.relative_to(root).as_posix() for path in written} == set(files(root)) == {
        ".gitignore", "README.md", "evidence/.gitkeep", "faq/average-of-noise.yaml",
        "faq/documents.yml", "faq/topics.yml", "sims/average_of_noise.py",
    }  # fmt: skip
    assert len(faq.entries) == 1
    assert faq.entries[0].draft
    assert faq.entries[0].claims[0].fails_under
    assert "dlfaq new" in (root / "README.md").read_text()


def test_a_new_entry_passes_the_checks(ours):
    """With the question that was given, its own simulation, and files that are tidy."""
    question = '  How "noisy" are\n our $widgets: {x}? # '
    entry_file, simulation = new_entry(ours, "widget-noise", question)
    entry = load_faq(ours).entry("widget-noise")

    assert entry.question == 'How "noisy" are our $widgets: {x}? #'
    assert entry.draft
    assert simulation_of(entry) == simulation.stem == "widget_noise"
    assert "$" not in ast.unparse(ast.parse(simulation.read_text())).replace("$n$", "")
    assert "$id" not in entry_file.read_text()
    assert read_simulation(ours, "widget_noise").metrics


def test_what_is_still_scaffold_is_told(ours):
    """All of a new entry; what was written in its place is no longer named."""
    path, _ = new_entry(ours, "widget-noise", "How noisy are our widgets?")
    before = scaffold(load_faq(ours).entry("widget-noise"))
    text = path.read_text()
    says = "Four times as many independent numbers leave less than 0.6 of the average's error."
    step = "Report the standard error beside the average."
    assert text.count(says) == text.count(step) == 1
    path.write_text(text.replace(says, "More numbers help.").replace(step, "Say how sure you are."))
    after = scaffold(load_faq(ours).entry("widget-noise"))

    assert before == [
        "answer.short", "step 1", "step 2", "step 3",
        "part 'square-root'", "part 'shared-noise'", "claim 'more-numbers-help'",
    ]  # fmt: skip
    assert set(before) - set(after) == {"step 3", "claim 'more-numbers-help'"}


@pytest.mark.parametrize(
    "entry_id", ["class", "3d-conv", "torch", "true", "null", "a", "1", "x" * 80]
)
def test_any_id_gives_a_working_simulation(ours, entry_id):
    """Also where the id is a word of Python or YAML, or begins with a digit."""
    _, simulation = new_entry(ours, entry_id)

    assert simulation_of(load_faq(ours).entry(entry_id)) == simulation.stem
    assert simulation.stem.isidentifier()


@pytest.mark.parametrize(
    "entry_id",
    ["", "../evil", "Upper", "a b", "a/b", "-x", "x-", "a--b", "topics.yml", "é", "x" * 81, "a\n"],
)
def test_a_bad_id_is_refused(ours, entry_id):
    """An id is a file's name: nothing that leaves the folder."""
    before = files(ours)

    assert "cannot be an id" in refused(new_entry, ours, entry_id)
    assert files(ours) == before


def test_nothing_is_overwritten(ours):
    """Neither an entry nor a simulation, nor half of a pair."""
    (ours / "sims" / "mine.py").write_text("# mine\n")
    before = files(ours)

    taken = refused(new_entry, ours, "average-of-noise", "Another question?")
    assert "average-of-noise.yaml" in taken
    assert "mine.py" in refused(new_entry, ours, "mine")
    assert "there is a folder faq/ already" in refused(init_faq, ours)
    assert files(ours) == before


def test_a_question_is_asked_once(ours):
    """An entry that another one answers would not pass the checks."""
    assert "already" in refused(new_entry, ours, "again", "how much does averaging  reduce noise?")
    assert "control characters" in refused(new_entry, ours, "bell", "How\x07?")
    assert "placeholders" in refused(new_entry, ours, "braces", "{{ x }}?")


def test_what_is_in_a_folder_stays(tmp_path):
    """An FAQ can be started in a repository that has a README of its own."""
    (tmp_path / "README.md").write_text("mine\n")
    written = init_faq(tmp_path)

    assert (tmp_path / "README.md").read_text() == "mine\n"
    assert tmp_path / "README.md" not in written
    assert load_faq(tmp_path).entries


def test_a_file_in_the_way(tmp_path):
    """It is named instead of breaking."""
    (tmp_path / "ours").write_text("a file")

    assert "ours" in refused(init_faq, tmp_path / "ours")


def test_a_planned_entry_is_taken_up(ours):
    """It gives its question, phrasings and topics, and leaves the list; others stay."""
    planned = ours / "faq" / "planned.yml"
    planned.write_text(
        "# Later.\n- id: first\n  question: First?\n  topics: [training]\n\n"
        "- id: second\n  question: Second?\n"
        "  also_asked: [one, 'two: 2']\n  topics:\n    - training\n\n"
        "# The third.\n- {id: third, question: Third?, topics: [training]}\n"
    )
    new_entry(ours, "second")
    faq = load_faq(ours)

    assert faq.entry("second").question == "Second?"
    assert faq.entry("second").also_asked == ("one", "two: 2")
    assert [one.id for one in faq.planned] == ["first", "third"]
    assert "\n\n# The third.\n- {id: third" in planned.read_text()
    new_entry(ours, "third", "Another question?")
    new_entry(ours, "first")
    assert load_faq(ours).planned == ()
    assert load_faq(ours).entry("third").question == "Another question?"


def test_the_statements_of_a_planned_entry_go_with_it(ours):
    """They stand in the new entry as comments, ready to be ruled on; nothing is lost."""
    (ours / "faq" / "documents.yml").write_text("notes: {title: Notes}\n")
    (ours / "faq" / "planned.yml").write_text(
        "- id: second\n  question: Second?\n  topics: [training]\n"
        "  sources: [{document: notes, where: L7, says: 'Noise: \"always\" zero.'},\n"
        "    {document: notes, says: So.}]\n"
    )
    new_entry(ours, "second")
    path = ours / "faq" / "second.yaml"
    text = path.read_text()
    assert not load_faq(ours).entry("second").sources

    head, _, rest = text.partition("# sources:\n")
    lines = [
        line.removeprefix("# ").replace("ruling:", "ruling: untestable\n    because: So.")
        for line in rest.splitlines()
    ]
    path.write_text("\n".join([head, "sources:", *lines, ""]))
    found = load_faq(ours).entry("second").sources
    assert [(one.document, one.where, one.says) for one in found] == [
        ("notes", "L7", 'Noise: "always" zero.'),
        ("notes", "", "So."),
    ]


def test_a_planned_entry_on_a_line_with_others(ours):
    """Taking it out is left to its owner, and nothing is written."""
    (ours / "faq" / "planned.yml").write_text(
        "[{id: a, question: A?, topics: [training]}, {id: b, question: B?, topics: [training]}]\n"
    )
    before = files(ours)

    assert "faq/planned.yml:1: 'a' is planned here" in refused(new_entry, ours, "a")
    assert files(ours) == before


def test_an_faq_without_topics(root):
    """There is nothing an entry could belong to."""
    (root / "faq" / "topics.yml").write_text("")
    assert "an entry needs one" in refused(new_entry, root, "x")
    (root / "faq" / "topics.yml").write_text("a: b: c")
    assert "not YAML" in refused(new_entry, root, "x")


def test_other_entries_may_have_faults(root):
    """A new entry can be started while another is being written."""
    (root / "faq" / "noise.yaml").write_text("question: What is noise?\nanswer: [\n")
    new_entry(root, "other")

    assert (root / "faq" / "other.yaml").exists()
