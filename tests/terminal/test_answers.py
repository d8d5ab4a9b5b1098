"""What `dlfaq ask` says: an answer on one screen."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terminal.conftest import ANSWER, ENTRY, RESULTS, STEPS

from dlfaq.ask.blocks import Span
from dlfaq.ask.build.markdown import blocks, inline
from dlfaq.ask.passages import PartFound
from dlfaq.ask.reader import StepText
from dlfaq.sanitise import sanitise
from dlfaq.terminal.answers import render_answer


def bare(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_an_answer_in_a_pipe_is_plain_text():
    """Question, short answer, steps with code, evidence, what is near; no marks, no colours."""
    assert render_answer(ANSWER, ENTRY).splitlines() == [
        "What loss at t = 0?  [initial-loss]",
        "",
        "About ln k. [red]Not markup[/red].",
        "",
        "Do this",
        " 1. Print the first loss.",
        "      print(loss.item(), math.log(k))",
        " 2. Scale the last layer down.",
        "      with torch.no_grad():",
        "          head.weight *= 0.1",
        " 3. Look at the labels.",
        "",
        "1 of 2 claims hold; 1 not measured  dlfaq show initial-loss",
        "Near: adam (planned)",
    ]


def test_the_same_on_a_terminal():
    """Question and id share the first line, evidence and command the last but one."""
    lines = bare(render_answer(ANSWER, ENTRY, rich=True, width=80, height=24)).splitlines()

    assert lines[0] == "What loss at t = 0?" + "[initial-loss]".rjust(80 - 19)
    assert lines[-2] == "? 1 of 2 claims hold; 1 not measured" + "dlfaq show initial-loss".rjust(
        80 - 36
    )
    assert lines[-1] == "Near: adam (planned)"


def test_the_part_that_answers_the_words_is_named():
    """With the command that shows it."""
    answer = ANSWER._replace(part=PartFound("why", inline("Why it is *so*")))

    assert "→ Why it is so  dlfaq show initial-loss#why" in render_answer(answer, ENTRY)


def test_more_is_shown_when_asked_for():
    """--full adds the explanation; --explain says why this entry was found."""
    full = render_answer(ANSWER, ENTRY, full=True)
    why = render_answer(ANSWER, ENTRY, explain=True)

    assert "Why it is so\n\nSome words." in full
    assert "- an item" in full
    for words in (
        "lsos → loss",
        "val → valid",
        "zebra",
        "log-odds -4.9",
        "words +0.5",
        "loss (question)",
    ):
        assert words in why


def test_what_a_small_terminal_cannot_hold_is_left_out_in_order():
    """First the last step's code, then other code, near entries, empty lines; never a step."""
    shown = [
        bare(render_answer(ANSWER, ENTRY, rich=True, width=80, height=height)).splitlines()
        for height in range(24, 6, -1)
    ]
    sizes = [len(lines) for lines in shown]

    assert sizes == sorted(sizes, reverse=True)
    assert all(
        len(lines) <= height - 2 for lines, height in zip(shown, range(24, 12, -1), strict=False)
    )
    for lines in shown:
        assert all(
            any(step in line for line in lines) for step in ("1. Print", "2. Scale", "3. Look")
        )
        assert any("1 of 2 claims hold" in line for line in lines)
    without_code = next(
        lines for lines in shown if not any("head.weight" in line for line in lines)
    )
    assert any("math.log(k)" in line for line in without_code)
    assert any("Near" in line for line in without_code)


def test_long_code_is_never_wrapped():
    """A line of 76 columns fits 80."""
    steps = (StepText(inline("Do it."), ("x" * 76,), ()),)
    text = bare(render_answer(ANSWER, ENTRY._replace(steps=steps), rich=True, width=80, height=24))

    assert max(map(len, text.splitlines())) == 80


def test_a_draft_says_so():
    """Nobody has finished or checked it."""
    assert "This is a draft" in render_answer(ANSWER, ENTRY._replace(draft=True))
    assert "draft" not in render_answer(ANSWER, ENTRY)


def test_nothing_fits_is_said_and_the_nearest_named():
    """An honest no."""
    text = render_answer(ANSWER._replace(confidence="none"), ENTRY)

    assert text.startswith("Nothing here fits")
    assert "initial-loss" in text
    assert "About ln k" not in text
    assert render_answer(ANSWER._replace(confidence="none", results=()), None).startswith(
        "Nothing here fits"
    )


def test_a_planned_answer_is_announced_with_the_nearest_written_one():
    """What is planned is not answered."""
    planned = ENTRY._replace(id="adam", planned=True, claims=(), short=(), steps=(), parts=())
    text = render_answer(ANSWER._replace(results=RESULTS[1:], nearest_written=RESULTS[0]), planned)

    assert "is planned" in text
    assert "initial-loss" in text


def test_a_guess_says_so_first():
    """Before the entry that may be meant."""
    lines = render_answer(ANSWER._replace(confidence="guess"), ENTRY).splitlines()

    assert lines[:2] == [
        "No entry fits exactly. The closest guess:",
        "What loss at t = 0?  [initial-loss]",
    ]


def test_what_a_log_shows_is_said_first():
    """So that the asker sees what was read."""
    answer = ANSWER._replace(log="training 0.2, validation 1.4 and rising")

    assert render_answer(answer, ENTRY).startswith(
        "Your log: training 0.2, validation 1.4 and rising.\nWhat loss at t = 0?"
    )
    assert render_answer(answer._replace(confidence="none"), None).startswith("Your log: training")


def test_an_error_is_refused_by_its_type():
    """And nothing else is named: what is near by words has nothing to do with it."""
    answer = ANSWER._replace(confidence="none", failure="a shape mismatch")

    assert render_answer(answer, None) == "This is a shape mismatch. No entry here is about it."


def test_a_result_of_another_faq_says_so():
    """The team's own entries need not; those of the bundled FAQ beside it do."""
    own, other = (
        one._replace(faq=faq) for one, faq in zip(RESULTS, ("team", "bundled"), strict=True)
    )
    answer = ANSWER._replace(faq="team", results=(own, other))
    lines = render_answer(answer, ENTRY).splitlines()

    assert lines[0] == "What loss at t = 0?  [initial-loss]"
    assert lines[-1] == "Near: bundled: adam (planned)"
    lines = render_answer(answer._replace(results=(other, own)), ENTRY).splitlines()
    assert lines[0] == "What loss at t = 0?  [bundled: initial-loss]"


@pytest.mark.parametrize("width", [1, 30, 80, 200])
def test_on_a_terminal_lines_are_wrapped_and_marked(width, monkeypatch):
    """Colours where the terminal allows them; rich's markup in an entry stays text."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = render_answer(ANSWER, ENTRY, full=True, explain=True, rich=True, width=width)

    assert "\x1b[" in text
    assert "? 1 of 2 claims hold" in bare(text)
    assert "[red]Not markup[/red]" in " ".join(bare(text).split())
    assert width < 40 or max(len(line) for line in bare(text).splitlines()) <= min(width, 100)


def test_no_color_is_respected(monkeypatch):
    """NO_COLOR leaves no colour; marks stay."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    text = render_answer(ANSWER, ENTRY, rich=True, width=80)

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)
    assert "? 1 of 2" in text


@given(st.text(max_size=60))
def test_any_text_in_an_entry_is_safe_to_show(text):
    """A pipe gets text without controls, even if the index was not clean."""
    spans = (Span(text),)
    entry = ENTRY._replace(
        title=spans,
        short=tuple(blocks(text)),
        evidence=spans,
        steps=(StepText(spans, (text,), spans), *STEPS),
    )
    shown = render_answer(ANSWER, entry, full=True)

    assert shown == sanitise(shown)


def test_rich_is_loaded_only_for_a_terminal():
    """A pipe pays for nothing that it does not show."""
    modules = "dlfaq.terminal.answers, dlfaq.terminal.entries"
    script = f"import sys, {modules}; sys.exit('rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
