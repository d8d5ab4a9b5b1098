"""`dlfaq verify` and `dlfaq check`, as their users call them, on the toy FAQ and on the real one."""

import json
import shutil
from xml.etree import ElementTree

import pytest
from tests.cli.conftest import ROOT, TOY


@pytest.fixture
def toy(tmp_path):
    """A copy of the toy FAQ that a test may change."""
    return shutil.copytree(TOY, tmp_path / "toy")


def verdicts(done):
    return {claim["claim"]: claim["verdict"] for claim in json.loads(done.stdout)["claims"]}


def test_json_is_what_programs_were_promised(dlfaq):
    """The keys of a claim and of its controls."""
    done = dlfaq("verify", "initial-loss", "--json")
    claims = json.loads(done.stdout)["claims"]

    assert done.returncode == 0, done.stderr
    for claim in claims:
        assert {
            "entry", "claim", "verdict", "expectation", "estimate", "interval", "replicates", "seconds", "controls"
        } <= set(claim)  # fmt: skip
        assert claim["verdict"] == "verified"
        assert claim["controls"]
        assert all({"verdict", "estimate", "interval"} <= set(control) for control in claim["controls"])


def test_selection_by_entry_claim_topic_and_simulation(dlfaq):
    """Any of these words names claims."""
    one = "default-head"
    single = json.loads(dlfaq("verify", f"initial-loss/{one}", "--json").stdout)["claims"]

    assert [claim["claim"] for claim in single] == [one]
    for word in ("loss", "initial_loss"):
        some = json.loads(dlfaq("verify", word, "--json").stdout)["claims"]
        assert {(c["entry"]) for c in some} >= {"initial-loss"}


def test_an_unknown_word_is_bad_input(dlfaq):
    """One line with the nearest name, exit 2."""
    done = dlfaq("verify", "inital-loss")

    assert done.returncode == 2
    assert "Did you mean 'initial-loss'?" in done.stderr
    assert done.stdout == ""


def test_what_is_not_verified_ends_with_1_and_says_why(dlfaq, toy):
    """Every verdict and every way of breaking, each named with its cause and the command that repeats it."""
    # only what hangs may reach the limit, on a machine that does other things besides
    done = dlfaq("verify", "--root", toy, "--time-limit", "10", "--jobs", "2")

    assert done.returncode == 1
    for word in ("verified", "refuted", "vacuous", "inconclusive"):
        assert word in done.stdout
    assert "dlfaq run" in done.stdout
    assert "Traceback (most recent call last)" not in done.stderr


def test_junit(dlfaq, tmp_path):
    """One case a claim, readable by any service."""
    done = dlfaq("verify", "initial-loss", "--junit", tmp_path / "out" / "report.xml")
    suite = ElementTree.parse(tmp_path / "out" / "report.xml").getroot()

    assert done.returncode == 0
    assert suite.get("failures") == "0"
    assert len(suite.findall("testcase")) == int(suite.get("tests")) > 2


def test_record_then_check_then_change(dlfaq, tmp_path):
    """Evidence is current after --record, and stale once a claim changes; verify then rules differently or the same."""
    root = tmp_path / "faq-of-ours"
    assert dlfaq("init", root).returncode == 0
    unrecorded = dlfaq("check", "--root", root)  # what `new` and `init` write passes, but says what is missing
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
    assert stale.returncode == 2
    assert "was recorded with another version of sims/" in stale.stderr


def test_check_of_the_real_faq(dlfaq):
    """Entries, simulations and evidence as committed have nothing to mend."""
    done = dlfaq("check")

    assert done.returncode == 0, done.stderr
    assert "nothing to mend" in done.stdout


def test_check_names_every_problem_at_once(dlfaq, toy):
    """File, line, what is wrong, what would be right; exit 2."""
    entry = next((toy / "faq").glob("*.yaml"))
    text = entry.read_text()
    entry.write_text(text.replace("question:", "quesion:", 1) + "\nunknown_key: 1\n")
    done = dlfaq("check", "--root", toy)
    as_json = dlfaq("check", "--root", toy, "--json")

    assert done.returncode == as_json.returncode == 2
    assert "Did you mean 'question'?" in done.stderr
    assert "unknown_key" in done.stderr
    assert f"faq/{entry.name}:" in done.stderr
    assert len(json.loads(as_json.stdout)["problems"]) >= 2


def test_a_folder_without_an_faq(dlfaq, tmp_path):
    """It says what makes one."""
    done = dlfaq("check", "--root", tmp_path)

    assert done.returncode == 2
    assert "dlfaq init" in done.stderr


def test_verdicts_do_not_depend_on_jobs_or_on_the_run(dlfaq, tmp_path):
    """One worker, two workers, a second run: the same rulings to the last digit."""
    runs = [
        dlfaq("verify", "initial-loss", "--fresh", "--json", "--jobs", jobs, DLFAQ_CACHE_DIR=str(tmp_path / jobs))
        for jobs in ("1", "2")
    ]
    runs.append(dlfaq("verify", "initial-loss", "--json", DLFAQ_CACHE_DIR=str(tmp_path / "1")))
    claims = [json.loads(done.stdout)["claims"] for done in runs]
    for one in claims:
        for claim in one:
            del claim["seconds"]

    assert claims[0] == claims[1] == claims[2]


def test_every_command_shows_an_example(dlfaq):
    """--help says what a command does and shows one call of it."""
    commands = ["ask", "show", "list", "verify", "run", "check", "new", "init", "site build", "site serve"]
    for command in commands:
        done = dlfaq(*command.split(), "--help")
        assert done.returncode == 0
        assert f"dlfaq {command}" in done.stdout.split("Example")[1], command
    documented = (ROOT / "docs").rglob("*.md")
    text = "\n".join(path.read_text() for path in documented)
    assert [command for command in commands if f"dlfaq {command}" not in text] == []
