"""What askers type, as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfaq.ask.build import thesaurus
from dlfaq.ask.lists import COMMON, PLAIN_ENGLISH, STOP
from dlfaq.ask.words import (
    canonical,
    clean,
    informative,
    names,
    negated,
    ngrams,
    number_words,
    stem,
    stems,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss is nan", ["loss", "is", "nan"]),
        ("fp16 1e-4 50% 0.693 .5", ["fp16", "1e-4", "50%", "0.693", ".5"]),
        ("CosineAnnealingLR", ["cosine", "annealing", "lr"]),
        ("BCEWithLogitsLoss", ["bce", "with", "logits", "loss"]),
        ("max_seq_length=512", ["max", "seq", "length", "512"]),
        ("ReLU LeakyReLU PyTorch", ["relu", "leakyrelu", "pytorch"]),
        ("val_loss<train_loss", ["val", "loss", "<", "train", "loss"]),
        ("it doesn't, can’t", ["it", "not", "not"]),
        ("-log(1/10), ln k, log(num_classes)", ["ln10", "lnk", "lnk", "lnk"]),
        ("why？fix it(please)", ["why", "fix", "it", "please"]),
        ("", []),
    ],
)
def test_tokens(text, found):
    """Numbers stay whole, names come apart, negations are told."""
    assert tokens(clean(text)) == found


def test_names_are_kept_whole_beside_their_parts():
    """Whoever types a setting's exact name finds it."""
    assert names("CosineAnnealingLR of max_seq_length with dropout") == {
        "cosineannealinglr": ("cosin", "anneal", "lr"),
        "max_seq_length": ("max", "seq", "length"),
    }


@pytest.mark.parametrize(
    "words",
    [
        ("normalize", "normalise", "normalization", "normalisation", "normalized", "normalizing"),
        ("explode", "exploding", "explodes", "exploded", "explosion"),
        ("initialize", "initialization", "initialisation", "initial"),
        ("converge", "convergence", "converges", "converging"),
        ("gradient", "gradients"),
        ("batch", "batches"),
        ("die", "dying", "dead", "died"),
        ("center", "centre", "centred"),
        ("overfit", "overfitting", "overfits"),
        ("schedule", "scheduler", "scheduling"),
    ],
)
def test_words_of_one_family_share_a_stem(words):
    """Endings and British spellings fold together."""
    assert len({stem(word) for word in words}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("loss", "less"), ("norm", "normal"), ("relu", "elu"), ("bias", "bia"), ("rate", "rat")],
)
def test_different_words_keep_different_stems(one, other):
    """Folding stops before it confuses."""
    assert stem(one) != stem(other)


def test_the_lists_hold_what_stems_can_equal():
    """A word of the list of common stems is one that stemming gives."""
    assert {word for word in COMMON if word in STOP} == set()
    assert {"model", "train", "loss", "mor", "implem"} <= COMMON
    assert len(PLAIN_ENGLISH.split()) > 500


@pytest.mark.parametrize(
    ("number", "meant"),
    [
        ("2.303", "ln10"),
        ("2.302585", "ln10"),
        ("0.693", "ln2"),
        ("0.6931", "ln2"),
        ("1.386", "ln4"),
        ("4.605", "ln100"),
        ("6.908", "ln1000"),
    ],
)
def test_a_number_that_people_meet_is_understood(number, meant):
    """The loss of an untrained classifier is recognised by its number."""
    assert meant in number_words(number)


@pytest.mark.parametrize(
    ("text", "meant"), [("loss 2.3", "ln10"), ("loss of 4.6", "ln100"), ("6.9 loss", "ln1000")]
)
def test_a_rounded_number_needs_a_loss_beside_it(text, meant):
    """2.3 is also a version or a price."""
    assert meant in stems(text)
    assert meant not in stems(text.replace("loss", "version"))


def test_chance_level_is_recognised():
    """An accuracy of one half or one tenth is a guess."""
    assert "chanc" in stems("accuracy stays at 0.5")
    assert "chanc" in stems("acc 10% with ten classes")
    assert "chanc" not in stems("accuracy 0.93")


def test_negations_carry_meaning():
    """`not decreasing` differs from `decreasing`."""
    assert (
        list(negated(stems("loss is not decreasing"))) == []
    )  # `decreas` is common; the thesaurus joins it
    assert list(negated(stems("gradients do not vanish"))) == ["not:vanish"]
    assert stems("it never converges") == ["not", "converg"]


def test_canonical_prefers_the_longest_run():
    """`clip grad norm` is one thing, whatever its parts are."""
    same = {"clip grad": "x", "clip grad norm": "gradient clip", "grad": "gradient"}

    assert canonical(["clip", "grad", "norm", "grad"], same) == ["gradient", "clip", "gradient"]


def test_a_log_is_reduced_to_its_telling_lines():
    """What repeats is read once; the error and the asker's words stay."""
    log = (
        "why does this happen?\n"
        + "\n".join(f"step {i} lr 0.1" for i in range(5000))
        + "\nRuntimeError: loss is nan"
    )

    told = informative(log)

    assert len(told) < 1000
    assert "RuntimeError: loss is nan" in told
    assert told.startswith("why does this happen?")
    assert told.count("step") == 1


@given(st.text(max_size=200))
def test_any_text_becomes_words(text):
    """Nothing that can be typed breaks the walk, and what comes out can be looked up."""
    words = stems(informative(clean(text)))

    assert all(word and not any(char.isspace() or char == '"' for char in word) for word in words)
    list(negated(words))
    list(ngrams(words))


def test_the_thesaurus_is_well_formed():
    """Every line is a rule, and no rule replaces a word that every question holds."""
    rules = thesaurus.compiled()

    assert len(rules.same) > 150
    assert len(rules.signs) > 300
    assert {form for form in rules.same if form in COMMON and form != "dataset"} == set()
    assert {form for form, first in rules.same.items() if form == first} == set()


@pytest.mark.parametrize(
    "line", ["just words", "the = lr", "lr => ", "lr => the", "warmup over the => lr"]
)
def test_a_line_that_is_no_rule_is_named(line):
    """The message says which line."""
    with pytest.raises(ValueError, match=r"thesaurus.txt:2: "):
        thesaurus.compile_rules(f"# a comment\n{line}")


def test_rules_become_stems():
    """Left and right go the same way as questions and entries do."""
    rules = thesaurus.compile_rules("learning rate = lr\nnan + lr | spikes => loss exploding")

    assert rules.same == {"lr": "learn rate"}
    assert rules.signs == [("nan", 0, "learn rate", "loss explod"), ("spik", 1, "", "loss explod")]
