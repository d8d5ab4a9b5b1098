"""What an entry may hold at most: each limit is told with its number, and nothing takes long."""

import os

import pytest
from tests.knowledge.conftest import ENTRY, edit, problems_of

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load, load_faq
from dlfaq.knowledge.yaml_file import MOST_PROBLEMS, read_text


def test_a_sweep_of_twenty_thousand_values(root):
    """It took 25 seconds to count them all against each other."""
    values = ", ".join(map(str, range(20_000)))
    text = ENTRY.replace("[0, 1e0, 2]", f"[{values}]")
    (root / "faq" / "noise.yaml").write_text(text)

    assert "has 20000 values; it may have 1000." in problems_of(root)


def test_long_texts_lists_and_files(root):
    """Twenty thousand characters, a thousand values, a megabyte."""
    path = root / "faq" / "noise.yaml"
    question = ENTRY.splitlines()[0]
    path.write_text(ENTRY.replace(question, f"question: {'a ' * 10_001}?"))
    assert "'question' of the entry has 20003 characters; it may have 20000." in problems_of(root)
    path.write_text(
        ENTRY.replace("related: []", f"related: [{', '.join(f'q{i}' for i in range(1_001))}]")
    )
    assert "'related' of the entry has 1001 values; it may have 1000." in problems_of(root)
    path.write_text(ENTRY + "#" * 1_000_000)
    assert "it may have 1000000 bytes" in problems_of(root)


def test_a_long_simulation(root):
    """It is not even parsed."""
    path = root / "sims" / "noise.py"
    path.write_text(path.read_text() + "#" * 200_000)

    assert "a simulation may have 200000" in problems_of(root)


def test_nobody_reads_a_hundred_thousand_problems():
    """A file stops after the first hundred."""
    with pytest.raises(Problems) as found:
        read_text("x:\n" * 100_000, "x")
    assert len(found.value.problems) == MOST_PROBLEMS


def test_what_is_no_file_is_told(root):
    """A folder, a pipe without a writer, a link to nothing: one message, and no waiting."""
    (root / "faq" / "folder.yaml").mkdir()
    os.mkfifo(root / "faq" / "pipe.yaml")
    (root / "faq" / "link.yaml").symlink_to(root / "none")
    faq = load(root)

    assert faq.missing == ("folder", "link", "pipe")
    assert [entry.id for entry in faq.entries] == ["noise"]


def test_a_broken_entry_costs_itself(root):
    """The others are there, also one that rests on a claim of it; `load_faq` refuses."""
    (root / "faq" / "broken.yaml").write_text("question: [\n")
    (root / "faq" / "front.yml").write_text("- broken\n- noise\n")
    (root / "faq" / "planned.yml").write_text(
        "- {id: later, question: Later?, topics: [training]}\n"
        "- {id: worse, question: 1, topics: [training]}\n"
    )
    edit(root, "related: []\n", "related: [broken]\n")
    faq = load(root)

    assert [entry.id for entry in faq.entries] == ["noise"]
    assert faq.missing == ("broken",)
    assert faq.front == ("noise",)
    assert [one.id for one in faq.planned] == ["later"]
    assert {one.file for one in faq.problems} == {"faq/broken.yaml", "faq/planned.yml"}
    assert all(one.file == "faq/broken.yaml" for one in faq.problems_of("broken"))
    with pytest.raises(Problems):
        load_faq(root)


def test_the_simulation_of_one_entry_is_broken(root):
    """Only the entries that use it are missing."""
    other = ENTRY.replace("simulation: noise", "simulation: worse").replace("the mean", "a mean")
    (root / "faq" / "other.yaml").write_text(other)
    (root / "sims" / "worse.py").write_text("def worse(: pass\n")
    faq = load(root)

    assert faq.missing == ("other",)
    assert [entry.id for entry in faq.entries] == ["noise"]
