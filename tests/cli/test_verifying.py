"""`dlfaq verify` and `dlfaq check`, as their users call them."""

import json
import os
import shutil
from xml.etree import ElementTree

import pytest
from tests.cli.conftest import ROOT, TOY


@pytest.fixture
def toy(tmp_path):
    """A copy of the toy FAQ that a test may change."""
    return shutil.copytree(TOY, tmp_path / "toy")


@pytest.fixture
def ours(dlfaq, tmp_path):
    """An FAQ that was just started, its one entry no draft any more."""
    root = tmp_path / "ours"
    assert dlfaq("init", root).returncode == 0
    entry = root / "faq" / "average-of-noise.yaml"
    entry.write_text(entry.read_text().replace("\ndraft: true\n", "\n"))
    return root


def claims_of(done):
    return json.loads(done.stdout)["claims"]


def test_json_is_what_programs_were_promised(dlfaq, ours):
    """The keys of a claim, and of the conditions under which it holds and fails."""
    done = dlfaq("verify", "--json", "--root", ours)
    (claim,) = claims_of(done)
    side = {"outcome", "estimate", "interval", "points"}

    assert done.returncode == 0, done.stderr
    assert {
        "entry", "claim", "verdict", "expectation", "replicates", "seconds",
        "holds_under", "fails_under", "seeds", "recorded", "errors", *side,
    } == set(claim)  # fmt: skip
    assert (claim["verdict"], claim["recorded"]) == ("verified", "never recorded")
    assert set(claim["holds_under"]) == {"fewer"}
    assert set(claim["fails_under"]) == {"shared-noise"}
    assert set(claim["holds_under"]["fewer"]) == set(claim["fails_under"]["shared-noise"]) == side
    assert claim["holds_under"]["fewer"]["outcome"] == claim["outcome"] == "holds"
    assert claim["fails_under"]["shared-noise"]["outcome"] == "fails"


def test_lines_name_every_condition(dlfaq, ours):
    """In a pipe: the verdict, and what was measured, also under each condition."""
    done = dlfaq("verify", "--root", ours)

    assert "verified: average-of-noise/more-numbers-help (" in done.stdout
    assert "expects mean(many.error - 0.6 * few.error) < 0: holds, measured -" in done.stdout
    assert "should hold under fewer: holds, measured -" in done.stdout
    assert "should fail under shared-noise: fails, measured 0." in done.stdout
    assert "1 claims: 1 verified." in done.stdout


def test_selection_by_entry_claim_topic_and_simulation(dlfaq, ours):
    """Any of these words names claims; another entry's are left alone."""
    assert dlfaq("new", "widget-noise", "--root", ours).returncode == 0
    name = "average-of-noise"
    for word in (name, f"{name}/more-numbers-help", "average_of_noise"):
        found = claims_of(dlfaq("verify", word, "--json", "--root", ours))
        assert [claim["entry"] for claim in found] == [name]
    both = claims_of(dlfaq("verify", "training", "--json", "--root", ours))
    assert {claim["entry"] for claim in both} == {name, "widget-noise"}


def test_another_seed_draws_other_replicates(dlfaq, ours):
    """It rules the same way on other numbers; evidence is of seed 0 alone."""
    zero, three = (
        claims_of(dlfaq("verify", "--json", "--root", ours, "--seed", seed))[0] for seed in (0, 3)
    )
    refused = dlfaq("verify", "--record", "--seed", "3", "--root", ours)

    assert zero["verdict"] == three["verdict"] == "verified"
    assert zero["estimate"] != three["estimate"]
    assert refused.returncode == 2
    assert "--record measures seed 0" in refused.stderr


def test_recorded_conditions_are_taken_over(dlfaq, ours):
    """Where the claim did not change, conditions are taken over; --conditions measures them."""
    assert dlfaq("verify", "--record", "--root", ours).returncode == 0
    quick = dlfaq("verify", "--fresh", "--root", ours)
    whole = dlfaq("verify", "--fresh", "--conditions", "--root", ours)

    assert quick.returncode == whole.returncode == 0
    assert quick.stdout.count(", as recorded") == 1  # the first control is always measured
    assert ", as recorded" not in whole.stdout


def test_an_unknown_word_is_bad_input(dlfaq):
    """One line with the nearest name, exit 2."""
    done = dlfaq("verify", "inital-loss")

    assert done.returncode == 2
    assert "Did you mean 'initial-loss'?" in done.stderr
    assert done.stdout == ""


def test_what_is_not_verified_ends_with_1_and_says_why(dlfaq, toy):
    """Every verdict and every way of breaking, with its cause and the command that repeats it."""
    # only what hangs may reach the limit, on a machine that does other things besides
    done = dlfaq("verify", "--root", toy, "--time-limit", "10", "--jobs", "2")

    assert done.returncode == 1
    for word in ("verified", "refuted", "overstated", "vacuous", "inconclusive"):
        assert word in done.stdout
    assert "dlfaq run" in done.stdout
    assert "Traceback (most recent call last)" not in done.stderr


def test_junit(dlfaq, ours, tmp_path):
    """One case a claim, readable by any service."""
    done = dlfaq("verify", "--root", ours, "--junit", tmp_path / "out" / "report.xml")
    suite = ElementTree.parse(tmp_path / "out" / "report.xml").getroot()

    assert done.returncode == 0
    assert suite.get("failures") == "0"
    assert len(suite.findall("testcase")) == int(suite.get("tests")) == 1


def test_check_names_a_draft_and_what_is_still_scaffold(dlfaq, tmp_path):
    """A draft passes the check, but no evidence of it is recorded."""
    root = tmp_path / "drafted"
    assert dlfaq("init", root).returncode == 0
    done = dlfaq("check", "--root", root)
    record = dlfaq("verify", "--record", "--root", root)

    assert done.returncode == 0
    assert "faq/average-of-noise.yaml: this entry is a draft. Still as" in done.stderr
    assert "answer.short, step 1" in done.stderr
    assert record.returncode == 2
    assert "this entry is a draft, of which no evidence is recorded" in record.stderr


def test_record_then_check_then_change(dlfaq, ours):
    """Evidence is current after --record, the same when measured anew, and stale after a change."""
    root = ours
    unrecorded = dlfaq("check", "--root", root)  # it passes, but says what is missing
    assert unrecorded.returncode == 0
    assert "Never recorded: average-of-noise" in unrecorded.stderr
    recorded = dlfaq("verify", "--root", root, "--record")
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    assert dlfaq("check", "--root", root).returncode == 0
    before = {path.name: path.read_bytes() for path in (root / "evidence").glob("*.json")}

    again = dlfaq("verify", "--root", root, "--fresh", "--record")
    assert again.returncode == 0
    assert before == {path.name: path.read_bytes() for path in (root / "evidence").glob("*.json")}

    simulation = next((root / "sims").glob("*.py"))
    simulation.write_text(simulation.read_text().replace("return {", "unused = 1\n    return {", 1))
    stale = dlfaq("check", "--root", root)
    assert stale.returncode == 1
    assert "was recorded with another version of the simulation" in stale.stderr


def test_check_of_the_real_faq(dlfaq):
    """Entries, simulations and evidence as committed have nothing to mend."""
    done = dlfaq("check")

    assert done.returncode == 0, done.stderr
    assert "nothing to mend" in done.stdout


def test_check_names_every_problem_at_once(dlfaq, toy):
    """File, line, what is wrong, what would be right; exit 1."""
    entry = next((toy / "faq").glob("*.yaml"))
    text = entry.read_text()
    entry.write_text(text.replace("question:", "quesion:", 1) + "\nunknown_key: 1\n")
    done = dlfaq("check", "--root", toy)
    as_json = dlfaq("check", "--root", toy, "--json")

    assert done.returncode == as_json.returncode == 1
    assert "Did you mean 'question'?" in done.stderr
    assert "unknown_key" in done.stderr
    assert f"faq/{entry.name}:" in done.stderr
    assert len(json.loads(as_json.stdout)["problems"]) >= 2


def test_a_broken_entry_costs_itself(dlfaq, ours):
    """Every command goes on with the others, and says what is missing."""
    broken = ours / "faq" / "broken.yaml"
    broken.write_text("question: 1\n")
    try:
        done = dlfaq("verify", "--root", ours)
        assert done.returncode == 2
        assert "verified" in done.stdout
        for words in (["list"], ["ask", "how noisy is an average"], ["show", "average-of-noise"]):
            others = dlfaq(*words, "--root", ours)
            assert others.returncode == 0, others.stderr
            assert others.stderr.count("Left out: faq/broken.yaml:1: ") == 1
            assert len(others.stderr.splitlines()) == 1
        for words in (["verify", "broken"], ["show", "broken"]):
            it = dlfaq(*words, "--root", ours)
            assert it.returncode == 2
            assert "faq/broken.yaml:1: 'question' of the entry is" in it.stderr
        assert dlfaq("verify", "average-of-noise", "--root", ours).returncode == 0
        assert dlfaq("check", "--root", ours).returncode == 1
    finally:
        broken.unlink()


def test_a_folder_without_an_faq(dlfaq, tmp_path):
    """It says what makes one."""
    done = dlfaq("check", "--root", tmp_path)

    assert done.returncode == 2
    assert "dlfaq init" in done.stderr


def test_verdicts_do_not_depend_on_jobs_or_on_the_run(dlfaq, ours, tmp_path):
    """One worker, two workers, a second run: the same rulings to the last digit."""
    words = ("verify", "--root", ours, "--json")
    runs = [
        dlfaq(*words, "--fresh", "--jobs", jobs, DLFAQ_CACHE_DIR=str(tmp_path / jobs))
        for jobs in ("1", "2")
    ]
    runs.append(dlfaq(*words, DLFAQ_CACHE_DIR=str(tmp_path / "1")))
    claims = [claims_of(done) for done in runs]
    for one in claims:
        for claim in one:
            del claim["seconds"]

    assert claims[0] == claims[1] == claims[2]


def test_every_command_shows_an_example(dlfaq):
    """--help says what a command does and shows one call of it."""
    commands = ["ask", "show", "list", "verify", "run", "check", "new", "init", "schema"]
    commands += ["site build", "site serve"]
    for command in commands:
        done = dlfaq(*command.split(), "--help")
        assert done.returncode == 0
        assert f"dlfaq {command}" in done.stdout.split("Example")[1], command
    documented = (ROOT / "docs").rglob("*.md")
    text = "\n".join(path.read_text() for path in documented)
    assert [command for command in commands if f"dlfaq {command}" not in text] == []


def test_whatever_lies_in_place_of_evidence_is_one_message(dlfaq, ours):
    """With the file, the line where one can be named, and at once."""
    assert dlfaq("verify", "--record", "--root", ours).returncode == 0
    path = ours / "evidence" / "average-of-noise.json"
    text = path.read_text("utf-8")
    line = 1 + next(i for i, one in enumerate(text.splitlines()) if '"verdict"' in one)

    def says(place):
        done = dlfaq("check", "--root", ours)
        assert done.returncode in {1, 2}
        assert done.stderr.startswith(
            f"evidence/average-of-noise.json{place}: this is not evidence that"
        )
        assert len(done.stderr.splitlines()) == 2

    path.write_text(text.replace('"verdict": "verified"', '"verdict": "refuted"'))
    says(f":{line}")
    path.write_text(text.replace('"replicates": ', '"replicates": ' + "9" * 5000))
    says("")
    path.write_text("[" * 500_000)
    says("")
    path.unlink()
    os.mkfifo(path)
    says("")
    path.unlink()
    path.mkdir()
    says("")
