"""Reading an FAQ: a right one comes back as values, and each fault is named with its line."""

import pytest
from tests.knowledge.conftest import ENTRY, edit, line_of, problems_of

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq


def test_an_entry_as_values(root):
    """What the file says, typed."""
    faq = load_faq(root)
    entry = faq.entry("noise")
    experiment = entry.experiment_of(entry.claim("grows"))

    assert [one.id for one in faq.entries] == ["noise"]
    assert entry.question == "What is the mean of noise?"
    assert not entry.draft
    assert entry.short == entry.answer.short == "It is $0$, here {{ zero.mean(value) | .2f }}."
    assert [part.id for part in entry.answer.parts] == ["mean", "other"]
    assert entry.asked() == ("is noise zero on average", "what is the mean")
    assert experiment.sweep == {"shift": (0, 1.0, 2)}
    assert experiment.arms == {"low": {"kind": "plain"}, "high": {"kind": "wide"}}
    assert experiment.condition("still").sweep == {"shift": (0, 0.001)}
    assert experiment.condition("longer").times == {"steps": 4}
    assert (experiment.replicates, experiment.limit) == (32, 256)
    assert entry.claim("zero").fails_under == {"shifted": "Shifted noise has another mean."}
    assert entry.claim("zero").kind == "measured"
    assert entry.sources[0].claims == ("zero",)
    assert entry.references[0].year == 1999
    assert faq.documents["paper"].title == "A paper"
    assert [claim.id for _, claim in faq.claims()] == ["zero", "grows", "ends"]


def test_every_fault_in_one_pass(root):
    """Of all files, and of an entry's form, claims, texts and links: mending reveals no more."""
    edit(root, "What is the mean of noise?", "[]")
    edit(root, "says: It grows with the shift.", "says: It grows.\n    sayz: twice")
    edit(root, "-1 < mean(value) < 1", "-1 < mean(valu) < 1")
    edit(root, "year: 1999", "year: x")
    edit(root, "document: paper", "document: papr")
    edit(root, "{{ zero.mean(value) | .2f }}", "{{ zro.mean(value) }}, {{ grows.mean(low.value) }}")
    (root / "faq" / "other.yaml").write_text("question: 1\n")
    (root / "faq" / "broken.yaml").write_text("a: b: c\n")
    (root / "faq" / "topics.yml").write_text("training: Training\nTopic: x\n")
    (root / "faq" / "documents.yml").write_text("paper: {title: []}\n")
    (root / "faq" / "planned.yml").write_text("- id: 3\n")
    found = problems_of(root)

    for text in (
        "'question' of the entry is a list",
        "unknown key 'sayz'",
        "uses the metric 'valu'",
        "not a whole number",
        "'papr' is not a document",
        "names the claim 'zro'",
        "fits 3 points",
        "faq/other.yaml:1: the entry has no 'answer'",
        "faq/other.yaml:1: 'question' of the entry is a whole number",
        "faq/broken.yaml:1: this is not YAML",
        "faq/topics.yml:2: the topic 'Topic'",
        "faq/documents.yml:1: 'title' of document 'paper' is a list",
        "faq/planned.yml:1: 'id' of a planned entry is a whole number",
    ):
        assert text in found, found


def test_problems_are_in_the_order_of_files_and_lines(root):
    """As an editor would go through them."""
    edit(root, "year: 1999", "year: x")
    edit(root, "What is the mean of noise?", "[]")
    (root / "faq" / "a.yaml").write_text("[]\n")
    with pytest.raises(Problems) as caught:
        load_faq(root)
    places = [(problem.file, problem.line) for problem in caught.value.problems]

    assert places == sorted(places)
    assert len(places) == 3


def test_a_faulty_simulation_is_told_once(root):
    """However many claims use it; its expectations are still read."""
    (root / "sims" / "noise.py").write_text("def other(replicates): ...\n")
    edit(root, "-1 < mean(value) < 1", "-1 < mean(value < 1")
    found = problems_of(root)

    assert found.count("there is no function 'noise'") == 1
    assert "this is not an expression" in found


def test_a_placeholder_is_found_on_its_own_line(root):
    """In a folded text as in a literal one, with others before it."""
    edit(
        root,
        "  short: It is $0$, here {{ zero.mean(value) | .2f }}.",
        "  short: >-\n    It is {{ zero.mean(value)\n    }} and\n    not {{ zero.mean(x) }}.",
    )
    edit(root, "{{ zero@shifted.mean(value) | .1f }}", "{{ zero@shifted.mean(value) }}, {{ x }}")
    found = problems_of(root)

    assert "faq/noise.yaml:8: the placeholder 'zero.mean(x)'" in found
    assert "faq/noise.yaml:18: the placeholder 'x'" in found


def test_lists_that_are_not_there(root):
    """Without topics there is no FAQ; other lists are only missed where they are named."""
    (root / "faq" / "documents.yml").unlink()
    assert "'paper' is not a document of faq/documents.yml" in problems_of(root)
    edit(root, "document: paper", "document: paper2")
    (root / "faq" / "documents.yml").write_text("")
    assert "'paper2'" in problems_of(root)
    (root / "faq" / "topics.yml").unlink()
    assert "faq/topics.yml: there is no list of topics." in problems_of(root)


def test_lists_that_cannot_be_read(root):
    """One problem, not one more for every name that is missed because of it."""
    (root / "faq" / "topics.yml").write_text("a: b: c\n")
    (root / "faq" / "documents.yml").write_text("[\n")
    with pytest.raises(Problems) as caught:
        load_faq(root)

    assert sorted(problem.file for problem in caught.value.problems) == [
        "faq/documents.yml",
        "faq/topics.yml",
    ]


def test_an_entry_needs_neither_sources_nor_references(root):
    """The parts that may be missing, and evidence that was never recorded."""
    text = (root / "faq" / "noise.yaml").read_text()
    (root / "faq" / "noise.yaml").write_text(
        text[: text.index("sources:")]
        .replace("also_asked: [is noise zero on average]\n", "")
        .replace("because: [ends, author-1999]", "because: ends")
    )
    (root / "faq" / "documents.yml").unlink()
    entry = load_faq(root).entry("noise")

    assert (entry.sources, entry.references, entry.related, entry.also_asked) == ((), (), (), ())


def test_a_truth_value_is_a_ruling(root):
    """YAML takes `true` for a truth value; it is the ruling's word all the same."""
    edit(root, 'ruling: "true"', "ruling: true")

    assert load_faq(root).entry("noise").sources[0].ruling == "true"


def test_an_untestable_statement_needs_no_claims(root):
    """But a reason."""
    edit(
        root,
        'ruling: "true"\n    claims: [zero]',
        "ruling: untestable\n    because: It is a citation.",
    )

    assert load_faq(root).entry("noise").sources[0].claims == ()


def test_entries_are_sorted_and_linked(root):
    """By id; related entries exist, planned ones are none."""
    (root / "faq" / "a-b.yaml").write_text(
        ENTRY.replace("What is", "Which is").replace("related: []", "related: [noise]")
    )
    (root / "faq" / "planned.yml").write_text(
        "- {id: later, question: Later?, topics: [training]}\n"
    )
    assert [entry.id for entry in load_faq(root).entries] == ["a-b", "noise"]
    edit(root, "related: []", "related: [later]")
    assert "the related entry 'later' is planned, but not written yet" in problems_of(root)


def test_file_names(root):
    """A name is an id, and ends in .yaml."""
    (root / "faq" / "Noise 2.yaml").write_text(ENTRY.replace("What is", "Which is"))
    (root / "faq" / "other.yml").write_text(ENTRY)
    found = problems_of(root)

    assert "faq/Noise 2.yaml:1: the file's name" in found
    assert "faq/other.yml: this file is neither an entry nor one of the lists." in found


def test_html_is_text(root):
    """Markup in an entry is data like any other; what shows it must escape it."""
    edit(root, "is noise zero on average", "<script>alert(1)</script>")

    assert load_faq(root).entry("noise").also_asked == ("<script>alert(1)</script>",)


def test_planned_entries(root):
    """They stand beside the written ones, and are refused once they are written."""
    planned = root / "faq" / "planned.yml"
    planned.write_text(
        "- {id: later, question: What comes later?, topics: [training], also_asked: [what next]}\n"
    )
    assert [one.id for one in load_faq(root).planned] == ["later"]
    planned.write_text("- {id: noise, question: What is the mean of noise?, topics: [training]}\n")
    found = problems_of(root)
    assert "faq/planned.yml:1: the planned entry 'noise' is written" in found
    assert "the question of 'noise'" not in found
    planned.write_text(
        "- {id: b, question: B?, topics: [x]}\n- {id: b, question: noise, topics: []}\n- 3\n"
        "- id: C\n"
    )
    found = problems_of(root)
    for text in (
        "planned.yml:1: 'x' of 'b' is not a topic",
        "planned.yml:2: 'b' is planned twice, first on line 1",
        "planned.yml:2: 'topics' of a planned entry is empty",
        "planned.yml:3: a planned entry is a whole number",
        "planned.yml:4: a planned entry has no 'question'",
        "planned.yml:4: the id 'C'",
    ):
        assert text in found, found
    said = (
        "- {id: b, question: B?, topics: [training], sources: [{document: %s, says: "
        "So., where: L3}%s]}\n"
    )
    planned.write_text(said % ("paper", ""))
    (statement,) = load_faq(root).planned[0].sources
    assert (statement.document, statement.where, statement.says, statement.ruling) == (
        "paper",
        "L3",
        "So.",
        "",
    )
    planned.write_text(said % ("papr", ", {document: paper, ruling: 'true'}"))
    found = problems_of(root)
    for expected in (
        "planned.yml:1: 'papr' is not a document",
        "planned.yml:1: a source statement has no 'says'",
        "'ruling'",
    ):
        assert expected in found
    planned.write_text("a: b\n")
    assert "planned.yml:1: the planned entries are not a list" in problems_of(root)


def test_the_same_question_twice(root):
    """Two entries do not answer one question."""
    (root / "faq" / "twin.yaml").write_text(ENTRY)

    assert "the question of 'twin' is also that of 'noise'" in problems_of(root)


def test_each_claim_and_each_condition_is_told(root):
    """The same fault in two claims is two places to mend; so is a fault under two conditions."""
    edit(root, "mean(slope(high.value, shift)) > 0.5", "mean(slope(high.valu, shift)) > 0.5")
    edit(root, "high.curve[-1] > low.value", "high.valu > low.value")
    with pytest.raises(Problems) as caught:
        load_faq(root)
    assert [problem.line for problem in caught.value.problems] == [
        line_of("    expect: mean(slope"), line_of("    expect: fraction")
    ]  # fmt: skip

    edit(root, "mean(slope(high.valu, shift)) > 0.5", "mean(high.value - low.value) < count")
    edit(root, "high.valu > low.value", "high.value > low.value")
    still = "{arms: {low: {count: 4}}}\n      more: {arms: {low: {count: 5}}}"
    edit(root, "{sweep: {shift: [0, 0.001]}}", still)
    edit(
        root,
        "count\n    fails_under: {still: Nothing is shifted.}\n  - id",
        "count\n    holds_under: [more]\n    fails_under:\n      still: No.\n  - id",
    )
    with pytest.raises(Problems) as caught:
        load_faq(root)
    told = [(problem.line, problem.what.rpartition(" ")[2]) for problem in caught.value.problems]
    assert told == [(42, "'more'."), (44, "'still'."), (50, "'still'.")]


def test_a_condition_that_changes_nothing_at_the_claims_points(root):
    """It would repeat the claim's own setting, where the claim holds."""
    edit(root, "    expect: fraction", "    at: {shift: 0}\n    expect: fraction")
    edit(root, "{sweep: {shift: [0, 0.001]}}", "{sweep: {shift: [0]}}")
    edit(root, "mean(slope(high.value, shift)) > 0.5", "mean(high.value) > 0.5")
    with pytest.raises(Problems) as caught:
        load_faq(root)

    assert [problem.what for problem in caught.value.problems] == [
        "claim 'ends' names the condition 'still', which changes nothing here."
    ]


def test_curves_along_different_axes_do_not_meet(root):
    """Their points have nothing to do with each other, even where there are as many."""
    edit(
        root,
        "        curve[step]: the",
        "        other[place]: another.\n        curve[step]: the",
        "sims/noise.py",
    )
    edit(root, "-1 < mean(value) < 1", "mean(max(curve + 2 * curve)) < 1")
    assert load_faq(root)
    edit(root, "mean(max(curve + 2 * curve)) < 1", "mean(max(curve + other)) < 1")

    assert "joins curves along different axes, place and step" in problems_of(root)


def test_a_point_of_truth_values(root):
    """1 is not true: a placeholder names a point as the sweep does."""
    edit(root, "count: int = 3", "count: int = 3, flag: bool = False", "sims/noise.py")
    edit(
        root,
        "        count: Points",
        "        flag: A flag.\n        count: Points",
        "sims/noise.py",
    )
    plain = "  plain:\n    simulation: noise\n"
    edit(root, plain, f"{plain}    sweep: {{flag: [true, false]}}\n")
    edit(root, "zero@shifted.mean(value)", "zero@shifted[flag=false].mean(value)")
    edit(root, "{{ zero.mean(value) | .2f }}", "{{ zero[flag=true].mean(value) | .2f }}")
    edit(root, "{{ mean(value) | .3f }}", "{{ [flag=true].mean(value) }}")
    assert load_faq(root)
    edit(root, "zero[flag=true]", "zero[flag=1]")

    assert "fits no point of the sweep of claim 'zero'" in problems_of(root)
    assert "Points: [flag=true], [flag=false]." in problems_of(root)
