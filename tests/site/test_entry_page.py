"""The page of an entry: in the order of someone with a problem, and true to the evidence."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.site.test_build import shown

from dlfaq.evidence.record import ClaimEvidence, Evidence, Point, Side
from dlfaq.knowledge.load import load_faq
from dlfaq.knowledge.simulations import read_simulation
from dlfaq.site.claims import in_words
from dlfaq.site.entry_page import entry_page
from dlfaq.site.pages import known_of
from dlfaq.site.shared import Known, tally


@pytest.fixture(scope="module")
def known(root) -> Known:
    return known_of(load_faq(root))


@pytest.fixture(scope="module")
def markdown(known) -> str:
    return page(known)


def page(known: Known, name: str = "averaging") -> str:
    return entry_page(
        known.entry(name), known, lambda simulation: read_simulation(known.faq.root, simulation)
    )


def changed(known: Known, claim: str, **changes) -> Known:
    """The same with other evidence of a claim."""
    evidence = known.evidence["averaging"]
    other = replace(evidence.claims[claim], **changes)
    claims = {**evidence.claims, claim: other}
    return Known(known.faq, {**known.evidence, "averaging": replace(evidence, claims=claims)})


def test_the_order(markdown):
    """What to do before why, and the claims at the end."""
    order = [
        "# How many", "2 measured, 1 exact", "Short answer", "**Do this**", "1.  Average",
        "4.  Do not wait", "plot: averaging/1", "## Why the square root { #square-root }",
        "## Shared noise stays { #shared-noise }", "## Where it holds",
        "## What you may have read elsewhere", "## References",
    ]  # fmt: skip
    assert order == sorted(order, key=markdown.index)


def test_one_line_counts_the_kinds(known, markdown):
    """Never `verified` alone; what does not hold, and what other seeds say, is named."""
    assert "**2 measured, 1 exact, 1 of PyTorch**; confirmed on three seeds\n" in markdown
    assert "verified" not in markdown.replace("dlfaq verify", "")
    one = changed(known, "more-help", verdict="overstated", seeds=())
    assert (
        "**1 measured, 1 exact, 1 of PyTorch; 1 overstated**; confirmed on three seeds\n"
        in page(one)
    )
    two = changed(known, "more-help", seeds=(1,))
    assert "; 3 of 4 confirmed on three seeds\n" in page(two)
    none = Known(known.faq, {})
    assert "\nNot measured yet.\n" in page(none)


def test_a_step_ends_in_marks_that_lead_to_its_grounds(markdown):
    """A claim of each kind, a source, and practice, which leads nowhere."""
    first, second, third, last = (
        next(row for row in markdown.splitlines() if row.strip().startswith(f"{number}.  "))
        for number in (1, 2, 3, 4)
    )

    assert '[✓](#more-help "Measured: Four times as many' in first
    assert 'aria-label="measured: more-help"' in first
    assert "[✓](#start-is-forgotten" in second
    assert '[¶](#ref-gauss-1823 "Source: Gauss 1823")' in second
    assert '*○*{ .dl-ground title="Practice: nothing measured" }' in third
    assert "[=](#start-decays" in last
    assert "[=](#single-precision" in last
    assert (
        "✓ measured, = exact, or PyTorch itself, ¶ a source, ○ practice, not measured\n" in markdown
    )


def test_a_ground_that_does_not_hold_says_so(known):
    text = page(changed(known, "more-help", verdict="overstated"))

    assert "[✗ overstated](#more-help" in text


def test_citations_lead_to_the_references(markdown):
    """In the short answer and in the parts; the reference says what it is cited for."""
    assert markdown.count("[Gauss 1823](#ref-gauss-1823)") == 2
    assert "- **Gauss 1823**{ #ref-gauss-1823 } Carl Friedrich Gauss (1823)." in markdown
    assert "Cited for the variance of a mean." in markdown


def test_rulings_of_the_page_alone_are_shown(markdown):
    """The others stand in the ledger."""
    assert "Averaging removes all noise." in markdown
    assert "Averages are means." not in markdown


def rows(markdown: str) -> list[list[str]]:
    """The cells of the table of claims."""
    table = markdown.partition("## Where it holds")[2]
    lines = table.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    found = [line for line in lines if line.startswith("| *")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found]


def test_the_table_of_claims(markdown):
    """Kind, statement, prediction and measurement in words, where it holds, where it fails."""
    first, second, third, fourth = rows(markdown)

    assert first[0] == "*measured*{ .verdict .verdict--measured }"
    assert re.fullmatch(r"0\.0\d+ with 100 numbers, 0\.0\d+ with 400", first[3])
    assert first[2] == "below 0"
    assert first[4] == "4 × longer"
    assert first[5] == (
        "**shared noise**: Noise that all numbers share is not averaged away. "
        "**few steps**: After two steps both are still where they started."
    )
    assert re.fullmatch(r"0\.0\d+ to 0\.\d+ at 2 points", second[3])
    assert third[0].startswith("*exact*")
    assert (third[2], third[3]) == ("in every replicate", "all of 256")
    assert r"$\vert 1 - \eta\vert ^t$" in third[1]
    assert fourth[0].startswith("*PyTorch*")


def test_no_raw_expectation_outside_of_a_box(markdown):
    """It stands where a row opens, with the setting, the conditions and the command."""
    raw = "`mean(many.error - 0.6 * few.error) < 0`"
    box = markdown.partition('??? claim "more-help"')[2].partition("??? claim")[0]

    assert markdown.count(raw) == 1
    assert raw in box
    assert (
        "Setting: the mean of 100 (few) or 400 (many) noisy numbers, "
        "learned from 1 in 20 steps at rate 0.2." in box
    )
    assert (
        "Conditions: *4 × longer*: steps × 4; *shared noise*: shared = 1; *few steps*: steps = 2."
        in box
    )
    assert "seeds 0, 1, 2" in box
    assert "`dlfaq verify averaging/more-help --fresh --conditions`" in box


def test_what_turned_out_otherwise_is_in_its_cell(known):
    """A condition that broke the claim, a control that did not, one that was not measured."""
    evidence = known.evidence["averaging"].claims["more-help"]
    fails = replace(evidence.fails_under["shared-noise"], outcome="holds")
    broken = replace(evidence.holds_under["longer"], outcome="fails")
    other = changed(
        known,
        "more-help",
        verdict="overstated",
        holds_under={"longer": broken},
        fails_under={"shared-noise": fails},
    )
    (first, *_) = rows(page(other))

    assert first[0].startswith("*overstated*")
    assert first[4] == "4 × longer (fails there)"
    assert "**shared noise** (holds here):" in first[5]
    assert (
        rows(page(changed(known, "more-help", holds_under={})))[0][4] == "4 × longer (not measured)"
    )


def test_a_ground_in_another_entry(known):
    """It leads to that entry's page."""
    entry = known.entry("averaging")
    step = replace(entry.answer.do[0], because=("average-of-noise/more-numbers-help",))
    other = replace(entry, answer=replace(entry.answer, do=(step,)))
    faq = replace(known.faq, entries=(other, known.entry("average-of-noise")))

    assert "[✓](average-of-noise.md#more-numbers-help" in page(Known(faq, known.evidence))


def at(estimate: float, place: int = 0, high: float = 2.0, estimator: str = "mean") -> Point:
    return Point(
        {"k": place}, "holds", estimate, (estimate - 0.1, estimate + 0.1), None, high, 32, estimator
    )


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((), ""),
        ((at(1.0),), "1 [0.9, 1.1]"),
        ((at(1.0), at(1.5, 1)), "1 to 1.5 at 2 points"),
        ((at(1.0), at(1.5, 1, 3.0)), "1 [0.9, 1.1] at k 0"),
        ((at(1.0, estimator="all"), at(1.0, 1, estimator="all")), "all of 64"),
        ((at(0.5, estimator="all"),), "16 of 32"),
    ],
)
def test_what_was_measured_in_words(points, words):
    """Where the prediction changes along the sweep, the point that says most."""
    assert in_words(Side("holds", 32, points)) == words


def test_the_tally_counts_what_is_there(known):
    """Also what was never measured."""
    counted = tally(known.faq.entries, known)

    assert counted.words() == "3 measured, 1 exact, 1 of PyTorch; 2 not measured yet"
    assert counted.confirmed() == "confirmed on three seeds"
    empty = Evidence(
        "averaging", "2", {"more-help": ClaimEvidence("refuted", {}, "", Side("fails", 0, ()))}
    )
    assert (
        tally([known.entry("averaging")], Known(known.faq, {"averaging": empty})).words()
        == "1 refuted, 3 not measured yet"
    )


def test_the_built_page(built: Path, root):
    """As HTML: rows that open, one figure a claim, nothing unfilled."""
    text = (built / "questions/averaging.html").read_text()

    assert text.count('<details class="claim" id="') == 4
    assert text.count('class="dl-figure"') == 4
    assert text.count('class="dl-plot"') == 1
    assert "{{" not in text
    assert "As above" not in shown(built / "questions/averaging.html")
    assert [claim.id for claim in load_faq(root).entry("averaging").claims] == re.findall(
        r'class="claim" id="([^"]+)"', text
    )
