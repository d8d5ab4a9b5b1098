"""`dlfaq new`, `init`, `schema` and `site build`: a team's own FAQ works like the bundled one."""

import json


def finish(root):
    """Take the mark of a draft out of every entry."""
    for entry in (root / "faq").glob("*.yaml"):
        text = entry.read_text()
        assert "\ndraft: true\n" in text
        entry.write_text(text.replace("\ndraft: true\n", "\n"))


def test_a_team_starts_its_own_faq(dlfaq, tmp_path):
    """init, new, check, verify, ask, list, show, site build: each command works from inside it."""
    root = tmp_path / "ours"
    assert dlfaq("init", root).returncode == 0
    question = "How noisy are our widgets before calibration?"
    made = dlfaq("new", "widget-noise", "-q", question, cwd=root)
    assert made.returncode == 0, made.stderr
    assert (root / "faq" / "widget-noise.yaml").is_file()
    assert (root / "sims" / "widget_noise.py").is_file()

    drafts = json.loads(dlfaq("check", "--json", cwd=root).stdout)["drafts"]
    assert set(drafts) == {"average-of-noise", "widget-noise"}
    refused = dlfaq("verify", "--record", cwd=root)
    assert refused.returncode == 2
    assert "faq/widget-noise.yaml: this entry is a draft" in refused.stderr
    assert not list((root / "evidence").glob("*.json"))

    finish(root)
    verified = dlfaq("verify", "--record", "--json", cwd=root)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert dlfaq("check", cwd=root).returncode == 0
    asked = dlfaq("ask", "how", "noisy", "are", "our", "widgets", "--json", cwd=root)
    answer = json.loads(asked.stdout)
    assert answer["results"][0]["id"] == "widget-noise"
    assert dlfaq("show", "widget-noise", cwd=root / "faq").returncode == 0
    listed = json.loads(dlfaq("list", "--json", "--root", root).stdout)
    assert "widget-noise" in {row["id"] for row in listed}
    built = dlfaq("site", "build", "--output", tmp_path / "site", cwd=root)
    assert built.returncode == 0, built.stderr
    pages = "".join(path.read_text() for path in (tmp_path / "site").rglob("index.html"))
    assert question in pages


def test_nothing_is_overwritten(dlfaq, tmp_path):
    """A second init or new of the same name is refused, and what is there stays."""
    root = tmp_path / "ours"
    dlfaq("init", root)
    dlfaq("new", "widget-noise", cwd=root)
    entry = root / "faq" / "widget-noise.yaml"
    entry.write_text(entry.read_text() + "# mine\n")

    assert dlfaq("init", root).returncode == 2
    assert dlfaq("new", "widget-noise", cwd=root).returncode == 2
    assert entry.read_text().endswith("# mine\n")


def test_a_bad_id_is_refused(dlfaq, tmp_path):
    """An id is a file's name: nothing that leaves the folder."""
    root = tmp_path / "ours"
    dlfaq("init", root)
    for bad in ("../evil", "Upper", "with space", "", "a/b", "-x", "topics.yml"):
        done = dlfaq("new", "--", bad, cwd=root)
        assert done.returncode == 2, bad
        assert "Traceback" not in done.stderr


def test_the_schema_of_an_entry(dlfaq):
    """What an editor needs to complete and check an entry's file."""
    done = dlfaq("schema")
    schema = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert {"question", "answer", "experiments", "claims", "draft"} <= set(schema["properties"])
