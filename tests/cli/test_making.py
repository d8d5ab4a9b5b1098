"""`dlfaq new`, `init` and `site build`: a team's own FAQ works like the bundled one."""

import json


def test_a_team_starts_its_own_faq(dlfaq, tmp_path):
    """init, new, check, verify --record, ask, list, show, site build: every command works from inside it."""
    root = tmp_path / "ours"
    assert dlfaq("init", root).returncode == 0
    made = dlfaq("new", "widget-noise", "-q", "How noisy are our widgets before calibration?", cwd=root)
    assert made.returncode == 0, made.stderr
    assert (root / "faq" / "widget-noise.yaml").is_file()
    assert (root / "sims" / "widget_noise.py").is_file()

    verified = dlfaq("verify", "--record", "--json", cwd=root)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert dlfaq("check", cwd=root).returncode == 0
    answer = json.loads(dlfaq("ask", "how", "noisy", "are", "our", "widgets", "--json", cwd=root).stdout)
    assert answer["results"][0]["id"] == "widget-noise"
    assert dlfaq("show", "widget-noise", cwd=root / "faq").returncode == 0
    assert {row["id"] for row in json.loads(dlfaq("list", "--json", "--root", root).stdout)} >= {"widget-noise"}
    built = dlfaq("site", "build", "--output", tmp_path / "site", cwd=root)
    assert built.returncode == 0, built.stderr
    pages = "".join(path.read_text() for path in (tmp_path / "site").rglob("index.html"))
    assert "How noisy are our widgets before calibration?" in pages


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
