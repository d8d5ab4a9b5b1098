"""Every fault that an entry can have: where it is told, in which words, and nothing else."""

import pytest
from tests.knowledge.conftest import ENTRY, edit, line_of, problems_of

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq

ANSWER = ENTRY[ENTRY.index("answer:") : ENTRY.index("experiments:")]
PARTS = ANSWER[ANSWER.index("  parts:") :]
EXPERIMENTS = ENTRY[ENTRY.index("experiments:") : ENTRY.index("claims:\n")]
SLOPE = "mean(slope(high.value, shift)) > 0.5"
TWICE = ENTRY[ENTRY.index("  - id: grows") : ENTRY.index("  - id: ends")]
# what is replaced, by what, on which line the problem is (that of which text), what it says
FAULTS = {
    "unknown key": (
        "related: []", "relatd: []", "related: []", "unknown key 'relatd'",
        "Did you mean 'related'?",
    ),
    "unknown key of a claim": (
        "says: It grows", "sais: It grows", "says: It grows", "'sais'", "Did you mean 'says'?",
    ),
    "unknown key of the answer": (
        "  short: It", "  shrt: It", "  short: It", "the answer has the unknown key 'shrt'",
    ),
    "missing question": (
        "question: What is the mean of noise?\n", "", None, "the entry has no 'question'",
    ),
    "missing answer": ("answer:\n", "anwser:\n", "answer:", "Did you mean 'answer'?"),
    "empty question": (
        "What is the mean of noise?", "", "question", "'question' of the entry is empty",
    ),
    "blank question": (
        "What is the mean of noise?", "' '", "question", "'question' of the entry is empty",
    ),
    "question is a list": (
        "What is the mean of noise?", "[a]", "question", "is a list, not a text",
    ),
    "question is a number": (
        "What is the mean of noise?", "3", "question", "is a whole number, not a text", "quotes",
    ),
    "answer is a text": (ANSWER, "answer: It is 0.\n", "answer:", "is a text, not a mapping"),
    "topics is a text": (
        "topics: [training]", "topics: training", "topics", "is a text, not a list",
    ),
    "topics is empty": (
        "topics: [training]", "topics: []", "topics", "'topics' of the entry is empty",
    ),
    "topic is a mapping": (
        "topics: [training]", "topics: [{a: b}]", "topics", "is a mapping, not a text",
    ),
    "topic twice": (
        "topics: [training]", "topics: [training, training]", "topics", "stands twice in 'topics'",
    ),
    "unknown topic": (
        "topics: [training]", "topics: [trainin]", "topics", "Did you mean 'training'?",
    ),
    "claims is a mapping": (
        "claims:\n  - id: zero\n    kind", "claims:\n    id: zero\n    kind", None,
    ),
    "bad claim id": ("- id: zero", "- id: Zero One", None, "'Zero One'", "lower-case letters"),
    "claim id twice": (
        "  - id: ends\n", f"{TWICE}  - id: ends\n", "  - id: ends",
        "'grows' stands twice in 'claims', first on line 36.",
    ),
    "unknown simulation": (
        "noise\n    arms", "nois\n    arms", "noise\n    arms", "Did you mean 'noise'?",
    ),
    "simulation elsewhere": (
        "noise\n    arms", "../noise\n    arms", "noise\n    arms",
        "names the simulation '../noise'", "no such file in sims/",
    ),
    "unknown parameter": ("{shift: 5.0}", "{shfit: 5.0}", "{shift: 5.0}", "Did you mean 'shift'?"),
    "ill-typed parameter": (
        "{shift: 5.0}", "{shift: much}", "{shift: 5.0}", "'much', not of type float",
    ),
    "truth for a number": (
        "{shift: 5.0}", "{shift: true}", "{shift: 5.0}", "True, not of type float",
    ),
    "list for a number": (
        "{shift: 5.0}", "{shift: [5]}", "{shift: 5.0}", "is a list, not a number",
    ),
    "nothing for a number": ("{shift: 5.0}", "{shift: }", "{shift: 5.0}", "is empty, not a number"),
    "ill-typed in a sweep": (
        "1e0, 2]", "1e0,\n       x]", "    conditions:\n      still", "'x', not of type float",
    ),
    "not a choice": (
        "low: {kind: plain}", "low: {kind: plane}", "low: {kind", "Did you mean 'plain'?",
    ),
    "given is a list": (
        "given: {shift: 5.0}", "given: [1]", "      shifted: {",
        "'given' of condition 'shifted' of experiment 'plain' is a list",
    ),
    "arm is a number": (
        "low: {kind: plain}", "low: 3", "low: {kind",
        "the arm 'low' of experiment 'wide' is a whole number",
    ),
    "unknown metric": (
        "-1 < mean(value) < 1", "-1 < mean(valu) < 1", "expect: -1",
        ("claim 'zero' uses the metric 'valu', which noise does not measure.\n"
         "  Did you mean 'value'? Known: curve, value."),
    ),
    "unknown parameter in a bound": (
        "0.1 * count", "0.1 * cuont", "0.1 *", "Did you mean 'count'?",
    ),
    "metric without its arm": (
        SLOPE, "mean(slope(value, shift)) > 0.5", "expect: mean(slope",
        "Write one of low.value, high.value.",
    ),
    "unknown arm": (
        SLOPE, "mean(slope(lw.value, shift)) > 0.5", "expect: mean(slope", "Did you mean 'low'?",
    ),
    "arm where there is none": (
        "-1 < mean(value) < 1", "-1 < mean(low.value) < 1", "expect: -1", "has no arms",
        "Did you mean 'value'?",
    ),
    "axis as a number": (
        "-1 < mean(value) < 1", "mean(step) < 1", "expect: -1",
        "'step', which is the axis of a curve",
    ),
    "text as a number": (
        "-1 < mean(value) < 1", "mean(value + kind) < 1", "expect: -1", "'kind', which is a text",
    ),
    "parameter of another arm": (
        "0.1 * count", "0.1 * low.kind", "expect: fraction", "which is a text",
    ),
    "metric in a bound": (
        "0.1 * count", "low.value", "expect: fraction", "has the metric 'low.value' in a bound",
    ),
    "curve as a number": (
        "fraction(high.curve[-1] >", "fraction(high.curve >", "expect: fraction", "leaves a curve",
        "`high.curve[-1]`",
    ),
    "number as a curve": (
        "-1 < mean(value) < 1", "mean(value[0]) < 1", "expect: -1",
        "indexes `value`, which is not a curve",
    ),
    "least of one number": (
        "-1 < mean(value) < 1", "mean(min(value)) < 1", "expect: -1",
        "takes the min of `value` alone",
    ),
    "nothing measured": (
        "-1 < mean(value) < 1", "-1 < mean(shift) < 1", "expect: -1", "measures nothing",
    ),
    "varying along the sweep": (
        SLOPE, "mean(slope(high.value, shift)) > shift", "expect: mean(slope",
        "'shift' outside of slope",
    ),
    "metric along the sweep": (
        "mean(slope(high.value, shift))", "mean(high.value * slope(high.value, shift))",
        "expect: mean(slope", "'high.value' outside of slope",
    ),
    "slope over what is not swept": (
        "slope(high.value, shift)", "slope(high.value, count)", "expect: mean(slope",
        "takes the slope over `count`",
    ),
    "curve in a slope": (
        "slope(high.value, shift)", "slope(high.curve, shift)", "expect: mean(slope",
        "leaves a curve in slope(…)",
    ),
    "a call": ("-1 < mean(value) < 1", "mean(open('x')) < 1", "expect: -1", "no function 'open'"),
    "an import": (
        "-1 < mean(value) < 1", "__import__('os').system('x')", "expect: -1", "is not an estimator",
    ),
    "an attribute": (
        "-1 < mean(value) < 1", "mean(value.__class__.x) < 1", "expect: -1", "not allowed",
    ),
    "no expectation": (
        "    expect: -1 < mean(value) < 1\n", "", "  - id: zero", "claim 'zero' has no 'expect'",
    ),
    "two expectations": (
        "expect: -1 < mean(value) < 1", "expect: [mean(value) > -1, mean(value) < 1]", "expect: -1",
        "'expect' of claim 'zero' is a list, not a text",
    ),
    "no kind": (
        "    kind: measured\n    says: The mean is 0.\n", "    says: The mean is 0.\n",
        "  - id: zero", "claim 'zero' has no 'kind'",
    ),
    "unknown kind": (
        "kind: measured\n    says: The mean is 0.\n", "kind: mesured\n    says: The mean is 0.\n",
        "kind: measured\n    says: The mean", "Did you mean 'measured'?",
    ),
    "unknown experiment": (
        "experiment: plain", "experiment: plan", "experiment: plain",
        "the experiment 'plan', which the entry does not have", "Did you mean 'plain'?",
    ),
    "experiments is a list": (
        EXPERIMENTS, "experiments: [noise]\n", "experiments:", "is a list, not a mapping",
    ),
    "no experiments": (EXPERIMENTS, "", None, "the entry has no 'experiments'"),
    "bad experiment id": (
        "  plain:\n", "  Plain One:\n", None, "'Plain One'", "lower-case letters",
    ),
    "unknown key of an experiment": (
        "    sweep: {shift: [0, 1e0", "    swep: {shift: [0, 1e0", "    sweep: {shift: [0, 1e0",
        "Did you mean 'sweep'?",
    ),
    "at what is not swept": (
        "    experiment: wide\n    expect: fraction",
        "    experiment: wide\n    at: {count: 3}\n    expect: fraction", "    expect: fraction",
        "is about count=3, but 'count' is not swept",
    ),
    "at no value of the sweep": (
        "    experiment: wide\n    expect: fraction",
        "    experiment: wide\n    at: {shift: 7}\n    expect: fraction", "    expect: fraction",
        "is about shift=7, which the sweep does not take", "It takes 0, 1.0, 2.",
    ),
    "the first form": (
        "    experiment: plain\n", "    simulation: noise\n", None,
        "the claims are in the first form", "docs/writing.md",
    ),
    "no parts": (PARTS, "", "  short", "the answer has no 'parts'"),
    "a part without its id": (
        "    - id: mean\n      title", "    - title", "    - id: mean", "has no 'id'",
    ),
    "no control": (
        "0.5\n    fails_under: {still: Nothing is shifted.}\n", "0.5\n", "  - id: grows",
        "claim 'grows' has no control, so nothing shows",
    ),
    "no control named": (
        "0.5\n    fails_under: {still: Nothing is shifted.}", "0.5\n    fails_under: {}",
        "  - id: grows", "claim 'grows' has no control",
    ),
    "a control without its reason": (
        "{shifted: Shifted noise has another mean.}", "{shifted: }", "fails_under: {shifted",
        "'shifted'", "is empty",
    ),
    "a control that is no condition": (
        "0.5\n    fails_under: {still", "0.5\n    fails_under: {stil", 41,
        "the condition 'stil', which experiment 'wide' does not have", "Did you mean 'still'?",
    ),
    "a standard condition without its parameters": (
        "0.5\n    fails_under: {still", "0.5\n    fails_under: {longer", 41,
        "needs parameters that noise does not have", "steps × 4",
    ),
    "a condition on both sides": (
        "    fails_under: {shifted", "    holds_under: [shifted]\n    fails_under: {shifted",
        "    fails_under: {shifted", "says both that it holds and that it fails under 'shifted'",
    ),
    "a condition that changes nothing": (
        "shifted: {given: {shift: 5.0}}", "shifted: {}", "      shifted: {", "changes nothing",
    ),
    "a condition that sets what is so": (
        "{shift: 5.0}", "{shift: 0.0}", "      shifted: {",
        "changes nothing: the experiment has all of it already",
    ),
    "a condition without a sweep": (
        "{sweep: {shift: [0, 0.001]}}", "{given: {shift: 0}}", None,
        "looks along a sweep, where nothing is swept under 'still'",
    ),
    "a condition of another arm": (
        "{sweep: {shift: [0, 0.001]}}", "{arms: {middle: {kind: wide}}}", "      still: {",
        "the arm 'middle'", "Known: high, low.",
    ),
    "arms that disagree under a condition": (
        "{sweep: {shift: [0, 0.001]}}", "{arms: {low: {count: 4}}}", None, "'count' without an arm",
        "under 'still'",
    ),
    "hidden by the sweep": (
        "arms: {low: {kind: plain}", "arms: {low: {kind: plain, shift: 2}", "arms: {low",
        "to no effect",
    ),
    "hidden by given": (
        "shifted: {given: {shift: 5.0}}", "shifted: {given: {shift: 5.0}, sweep: {shift: [4]}}",
        "      shifted: {", "to no effect: its 'given'",
    ),
    "multiplied by nothing": (
        "shifted: {given: {shift: 5.0}}", "shifted: {times: {count: 0}}", "      shifted: {",
        "is 0, not a positive factor",
    ),
    "multiplied text": (
        "shifted: {given: {shift: 5.0}}", "shifted: {times: {kind: 2}}", "      shifted: {",
        "multiplies 'kind', which is no number",
    ),
    "multiplied by name": (
        "shifted: {given: {shift: 5.0}}", "shifted: {times: {cuont: 2}}", "      shifted: {",
        "Did you mean 'count'?",
    ),
    "no sweep to look along": (
        "[0, 1e0, 2]", "[1e0]", "expect: mean(slope", "looks along a sweep, where nothing is swept",
    ),
    "two sweeps to look along": (
        "[0, 1e0, 2]}", "[0, 1e0, 2], count: [1, 2]}", "expect: mean(slope",
        "where shift and count is swept",
    ),
    "an enormous grid": (
        "[0, 1e0, 2]}", "[0, 1], count: [" + ", ".join(map(str, range(600))) + "]}",
        "sweep: {shift: [0, 1e", "1200 points",
    ),
    "swept value twice": ("[0, 1e0, 2]", "[0, 0, 2]", "[0, 1e0, 2]", "takes the value 0 twice"),
    "sweep is no list": ("[0, 1e0, 2]", "3", "[0, 1e0, 2]", "not a list of values"),
    "sweep is empty": ("[0, 1e0, 2]", "[]", "[0, 1e0, 2]", "not a list of values"),
    "arm named like a metric": (
        "arms: {low:", "arms: {value:", "arms: {low", "the arm 'value'", "has the name of",
    ),
    "arm named like an operator": (
        "arms: {low:", "arms: {not:", "arms: {low", "the arm 'not'", "is not a word",
    ),
    "replicates": (
        "    arms: {low", "    replicates: 33\n    arms: {low", "    arms: {low",
        "'replicates' of experiment 'wide' is 33, not a power of two",
    ),
    "too many replicates": (
        "    arms: {low", "    replicates: 8192\n    arms: {low", "    arms: {low",
        "is 8192, not a power of two from 1 to 4096",
    ),
    "replicates of truth": (
        "    arms: {low", "    replicates: true\n    arms: {low", "    arms: {low",
        "is true or false, not a whole number",
    ),
    "replicates in words": (
        "    arms: {low", "    replicates: many\n    arms: {low", "    arms: {low",
        "not a whole number",
    ),
    "limit": (
        "    arms: {low", "    limit: 8\n    arms: {low", "    arms: {low",
        "'limit' of experiment 'wide' is 8, not from its 32 replicates",
    ),
    "unknown document": (
        "document: paper", "document: papers", "document", "Did you mean 'paper'?",
    ),
    "ruling": (
        'ruling: "true"', "ruling: maybe", "ruling", "'maybe' is no ruling",
        "Known: conditional, false, true, untestable",
    ),
    "no ruling": ('    ruling: "true"\n', "", "- document", "has no 'ruling'"),
    "ruled without because": ('ruling: "true"', "ruling: false", "- document", "has no 'because'"),
    "ruled true without claims": (
        "    claims: [zero]\n", "", "- document", "names neither the claims",
    ),
    "source names a claim": (
        "claims: [zero]", "claims: [zer]", "claims: [z", "Did you mean 'zero'?",
    ),
    "year": ("year: 1999", "year: long ago", "year", "not a whole number"),
    "year of nothing": ("year: 1999", "year: 19999", "year", "no year of a publication"),
    "no year": (", year: 1999", "", "  - {id: author", "has no 'year'"),
    "script as url": (
        '"https://example.org/"', '"javascript:alert(1)"', "  - {id: author",
        "not an address on the web",
    ),
    "url with markup": (
        '"https://example.org/"', "'https://example.org/\"><b>'", "  - {id: author",
        "not an address on the web",
    ),
    "related to nothing": (
        "related: []", "related: [nois]", "related", "the related entry 'nois' does not exist",
    ),
    "related to itself": ("related: []", "related: [noise]", "related", "related to itself"),
    "placeholder of no claim": (
        "{{ zero.mean(value) | .2f }}", "{{ zro.mean(value) }}", "  short", "Did you mean 'zero'?",
    ),
    "placeholder of no metric": (
        "{{ zero.mean(value) | .2f }}", "{{ zero.mean(valeu) }}", "  short",
        "Did you mean 'value'?",
    ),
    "placeholder of no condition": (
        "zero@shifted.mean", "zero@shiftd.mean", "The mean is 0. S",
        "names the condition 'shiftd', which claim 'zero' does not name", "Did you mean 'shifted'?",
    ),
    "placeholder without its point": (
        "{{ zero.mean(value) | .2f }}", "{{ grows.mean(low.value) }}", "  short", "fits 3 points",
        "[shift=0], [shift=1.0], [shift=2]",
    ),
    "placeholder of no point": (
        "{{ zero.mean(value) | .2f }}", "{{ grows[shift=7].mean(low.value) }}", "  short",
        "fits no point",
    ),
    "placeholder of no sweep": (
        "{{ zero.mean(value) | .2f }}", "{{ zero[shift=0].mean(value) }}", "  short",
        "does not sweep",
    ),
    "placeholder along no sweep": (
        "{{ zero.mean(value) | .2f }}", "{{ zero.mean(slope(value, shift)) }}", "  short",
        "looks along a sweep, but claim 'zero' has none",
    ),
    "placeholder along a point": (
        "{{ zero.mean(value) | .2f }}", "{{ grows[shift=0].mean(slope(low.value, shift)) }}",
        "  short", "names a point",
    ),
    "placeholder of a curve": (
        "{{ zero.mean(value) | .2f }}", "{{ zero.mean(curve) }}", "  short", "leaves a curve",
    ),
    "placeholder with a bound": (
        "{{ zero.mean(value) | .2f }}", "{{ zero.mean(value) < 1 }}", "  short", "without bounds",
    ),
    "placeholder format": ("| .2f }}", "| x }}", "  short", "has the format 'x'"),
    "placeholder of nothing": (
        "{{ zero.mean(value) | .2f }}", "{{ hello }}", "  short", "cannot be read",
    ),
    "placeholder left open": (
        "mean(value) | .1f }}", "mean(value) | .1f", "The mean is 0. S", "does not end with }}",
    ),
    "placeholder of its own": (
        "{{ mean(value) | .3f }}", "{{ mean(valu) }}", "    shows:",
        "the placeholder 'zero.mean(valu)' uses", "Did you mean 'value'?",
    ),
    "placeholder of its own, of no condition": (
        "{{ mean(value) | .3f }}", "{{ @wider.mean(value) }}", "    shows:",
        "names the condition 'wider'",
    ),
    "citation of nothing": (
        "It is $0$", "It [@so] is $0$", "  short",
        "cites [@so], which is no reference of the entry",
    ),
    "placeholder where none is": (
        "says: It grows", "says: It {{ zero.mean(value) }} grows", "says: It grows",
        "no number is filled in",
    ),
    "tab": ("  short: It", "\tshort: It", "  short", "a tab is used to indent"),
    "colon in a text": (
        "says: The mean is 0.\n    exp", "says: Mean: it is 0.\n    exp",
        "says: The mean is 0.\n    exp", "`: ` stands inside a text",
    ),
    "alias": ("[is noise zero on average]", "[&a x, *a]", "also_asked", "anchors and aliases"),
    "tag": ("year: 1999", "year: !!python/object:os.system 1999", "  - {id: author", "tag"),
    "duplicate key": (
        "related: []", "related: []\nrelated: []", None,
        "the key 'related' stands twice, first on line",
    ),
    "control character": ("is noise zero", "is \x1b[31mnoise zero", "also_asked", "U+001B"),
    "bidirectional override": ("is noise zero", "is \u202enoise zero", "also_asked", "U+202E"),
    "not YAML": ("topics: [training]", "topics: [training", None, "not YAML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(root, fault):
    """With the file, the line to mend, what is wrong and the nearest right name; nothing else."""
    old, new, where, *says = FAULTS[fault]
    edit(root, old, new)
    found = problems_of(root)

    for text in says:
        assert text in found, found
    line = line_of(where) if isinstance(where, str) else where
    assert found.startswith("faq/noise.yaml:" if line is None else f"faq/noise.yaml:{line}: "), (
        found
    )


MANY = {  # what else of the file speaks of the same name
    "arm named like a metric",
    "arm named like an operator",
    "bad claim id",
    "bad experiment id",
    "the first form",
}


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - MANY))
def test_one_fault_is_one_problem(root, fault):
    """What follows from a fault is not told as faults of its own."""
    old, new, *_ = FAULTS[fault]
    edit(root, old, new)
    with pytest.raises(Problems) as caught:
        load_faq(root)

    assert len(caught.value.problems) == 1, str(caught.value)
