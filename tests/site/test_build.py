"""The site is complete, correct, and shows what entries contain instead of running it."""

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.site.sitecheck import read, wrong

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root
from dlfaq.site.build import build_site, serve_site, write_pages
from dlfaq.site.configuration import NAV_MOST, configured
from dlfaq.site.figures.fence import Drawing
from dlfaq.site.pages import known_of
from dlfaq.site.pages import pages as write


@pytest.fixture(scope="session")
def pages(built):
    return read(built)


def shown(path: Path) -> str:
    """The text of a page, without its marks."""
    body = re.sub(r"(?s)<(script|style|nav|header)\b.*?</\1>", " ", path.read_text("utf-8"))
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_every_kind_of_page_is_there(built):
    """Home, entries, topics, the ledger, simulations, hand-written pages."""
    for name in (
        "index", "questions/index", "questions/average-of-noise", "topics/training",
        "sources/index", "sources/notes", "planned", "questions/later",
        "simulations/index", "simulations/average_of_noise",
        "verification", "writing", "commands", "404",
    ):  # fmt: skip
        assert (built / f"{name}.html").is_file(), name


def test_home_counts_what_was_recorded(built):
    """One number: the claims that hold. What was never measured does not count."""
    assert "5 claims stand behind the answers" in shown(built / "index.html")


def test_home_leads_from_a_symptom_to_an_answer_and_shows_one(built):
    """Written entries first, planned ones named as such; one answer whole, its links mended."""
    home = shown(built / "index.html")
    assert re.search(r"It is noisy How many numbers .*\? What \| does .*\? planned", home)
    text = (built / "index.html").read_text()
    example = text.partition('id="example"')[2].partition('id="topics"')[0]

    assert "Average four times as many independent numbers" in example
    assert 'href="questions/averaging.html#more-help"' in example
    assert "dl-svg" in example
    assert "Measured: 0." in example
    assert "It fails, as it must: Noise that all numbers share" in example


def test_a_planned_question_has_a_page_and_is_no_answer(built):
    """What is asked, what is nearest, how to answer it; it stands apart from the answers."""
    page = shown(built / "questions/later.html")
    for words in ("Planned. This is asked", "The nearest answers", "dlfaq new later"):
        assert words in page
    everything = shown(built / "questions/index.html")
    assert "alert(22)" not in everything
    assert "1 more question is planned" in everything
    topic = shown(built / "topics/training.html")
    assert topic.index("answers, 1 planned") < topic.index("What | does")


def test_a_simulation_opens_as_a_notebook(built, tmp_path):
    """Its page opens with figure and setting; the notebook runs where dlfaq is installed."""
    page = shown(built / "simulations/noisy_average.html")
    assert page.index("Setting.") < page.index("import torch") < page.index("parameter type")
    assert 'href="noisy_average.ipynb"' in (built / "simulations/noisy_average.html").read_text()
    book = json.loads((built / "simulations/noisy_average.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    program = tmp_path / "book.py"
    program.write_text("\n\n".join(cells))
    found = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert book["nbformat"] == 4
    assert re.search(r"^error: mean 0\.\d+, from 0", found.stdout, re.MULTILINE)


def test_the_page_on_verification_shows_a_figure(built):
    """Of a claim of this very FAQ."""
    page = (built / "verification.html").read_text()
    _, figure, after = page.partition('<figure class="dl-figure"')

    assert figure
    assert "the shaded band is" in after
    assert "dl-figure example" not in page


def test_an_entry_that_was_never_measured_says_so(built):
    """No evidence, no verdict."""
    text = (built / "questions/hostile.html").read_text()

    assert "Not measured yet." in text
    assert '<em class="verdict verdict--not">not measured yet</em>' in text
    assert "verdict--measured" not in text
    assert "This is a draft" in shown(built / "questions/unfinished.html")


def test_links_anchors_ids_alts_and_loads(built, pages):
    """Each link leads somewhere, ids are unique, pages have one heading, nothing is foreign."""
    assert wrong(built, pages) == []


def test_the_bundled_faq_builds(tmp_path):
    """All entries that come with dlfaq, strictly."""
    build_site(bundled_root(), tmp_path / "site")

    assert wrong(tmp_path / "site", read(tmp_path / "site")) == []


def test_hostile_texts_are_shown_not_run(pages):
    """No script, no event handler and no script address comes out of an entry, on any page."""
    for page in pages.values():
        assert page.handlers == []
        assert not any(
            "alert(" in script for script in page.scripts if '"@type": "Question"' not in script
        )
        assert not any(
            link.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
            for link in page.links
        )


def test_hostile_texts_are_shown_letter_by_letter(built):
    """Nothing is lost on the way."""
    text = shown(built / "questions/hostile.html")
    for wanted in (
        "What does <script>alert(1)</script> & {% 7*7 %} do?",
        "Nothing: <b onclick=alert(4)>it</b> is text", "a < b > c",
        '<div onmouseover="alert(5)">block</div>', "text{ onclick=alert(7) }",
        'print ( "<script>alert(9)</script>" )', "<script>alert(11)</script>",
        "It costs $5 and $10.", "<script>alert(13)</script> Noise | falls,",
        "<script>alert(14)</script> few | numbers", "<script>alert(17)</script> so", "<i>L1</i>",
        "b {onclick=alert(16)}", "x|y", "<script>alert(25)</script>", "| do{ onclick=alert(27) }",
        "# </code></pre><script>alert(28)</script>",
        "<script>alert(29)</script> {onclick=alert(30)} | parts",
        "Cited for <script>alert(31)</script> nothing.",
    ):  # fmt: skip
        assert wanted in re.sub(r"(?<=\() | (?=\))", "", text) or wanted in text, wanted
    sources = shown(built / "sources/notes.html")
    for wanted in (
        "<script>alert(19)</script>",
        "What | does <script>alert(22)</script>?",
        "<b>L2",
        "<script>alert(24)",
    ):
        assert wanted in sources
    assert "waiting" in sources
    odd = shown(built / "simulations/odd.html")
    assert "An odd simulation: <script>alert(20)</script> ``` and | more." in odd
    assert "One | the other, `or` <b>both</b>." in odd


def test_titles_are_whole(built):
    """In the window's title and in the description, whatever the question contains."""
    text = (built / "questions/hostile.html").read_text()

    assert unescape(re.search("<title>(.*?)</title>", text)[1]).startswith(
        "What does <script>alert(1)</script> & {% 7*7 %} do?"
    )
    assert text.count("<script>alert") == 0


def test_structured_data_is_json(built):
    """What machines read of an entry parses, whatever the question contains."""
    for name in ("hostile", "average-of-noise"):
        text = (built / f"questions/{name}.html").read_text()
        data = json.loads(
            re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1]
        )
        assert data["mainEntity"][0]["@type"] == "Question"
        assert data["mainEntity"][0]["acceptedAnswer"]["text"]


def test_a_second_writing_touches_no_file(root, tmp_path):
    """Only bytes that changed are written, and what is gone is removed."""
    write_pages(root, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "questions" / "gone.md").write_text("old")
    write_pages(root, tmp_path)

    assert before == {
        path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()
    }


def test_a_file_may_become_a_folder(root, tmp_path):
    """And a folder a file, without a trace of what was."""
    write_pages(root, tmp_path)
    before = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    shutil.rmtree(tmp_path / "questions")
    (tmp_path / "questions").write_text("a file")
    (tmp_path / "planned.md").unlink()
    (tmp_path / "planned.md" / "deep").mkdir(parents=True)
    write_pages(root, tmp_path)

    assert before == {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}


def test_the_navigation_of_thousands(root, tmp_path):
    """It names the page of all questions; each of them is built all the same."""
    source = tmp_path / "pages"
    write_pages(root, source)
    for number in range(NAV_MOST):
        (source / "questions" / f"more-{number}.md").write_text(f"# {number}\n")
    config = configured(root, source, tmp_path / "site", Drawing(known_of(load_faq(root))))

    assert {"Questions": ["questions/index.md", "planned.md"]} in config.nav
    assert not any("more-" in str(one) for one in config.nav)


def test_writing_pages_needs_no_mkdocs():
    """The Markdown stands on its own; only building needs more."""
    assert "mkdocs" not in {name.split(".")[0] for name in vars(sys.modules["dlfaq.site.pages"])}
    assert "mkdocs" not in {name.split(".")[0] for name in vars(sys.modules["dlfaq.site.build"])}


def test_all_measured_numbers_come_from_the_evidence(root):
    """Change what was recorded, and every page follows."""

    def page() -> str:
        return dict(write(known_of(load_faq(root))))["questions/average-of-noise.md"]

    path = root / "evidence" / "average-of-noise.json"
    text = path.read_text()
    before = page()
    raw = json.loads(text)
    for value in raw["values"].values():
        value["estimate"], value["interval"] = 123.25, [123, 124]
    try:
        path.write_text(json.dumps(raw))
        assert "123" in page()
        assert "123" not in before
        path.write_text("{}")
        assert "Not measured yet." in page()
        assert "average-of-noise.json" in str(known_of(load_faq(root)).problems)
    finally:
        path.write_text(text)


def test_topics_that_cannot_be_read_are_told_not_built(tmp_path):
    """The messages of `check`, no half site."""
    copy = tmp_path / "copy"
    (copy / "faq").mkdir(parents=True)
    (copy / "faq" / "topics.yml").write_text("[")
    with pytest.raises(Problems, match=r"topics\.yml"):
        build_site(copy, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_broken_entry_costs_itself(copy, tmp_path):
    """The others are built, also those that lead to it, and what is left out is told."""
    (copy / "faq" / "average-of-noise.yaml").write_text("question: 1\n")
    entry = copy / "faq" / "hostile.yaml"
    entry.write_text(
        entry.read_text().replace("It costs", "[here](average-of-noise.md#gone) It costs")
    )
    told = []
    build_site(copy, tmp_path / "out", notice=told.append)

    assert any(line.startswith("Left out: faq/average-of-noise.yaml:1: ") for line in told)
    assert "could not be read" in shown(tmp_path / "out" / "questions" / "average-of-noise.html")
    assert (tmp_path / "out" / "questions" / "hostile.html").is_file()


def test_a_broken_link_names_the_entry(copy, tmp_path):
    """What MkDocs warns of is told under the file to mend; only `strict` stops the build."""
    entry = copy / "faq" / "hostile.yaml"
    entry.write_text(entry.read_text().replace("It costs", "[here](nowhere.md) It costs"))
    with pytest.raises(Problems, match=r"nowhere\.md") as found:
        build_site(copy, tmp_path / "out")
    assert [problem.file for problem in found.value.problems] == ["faq/hostile.yaml"]

    assert build_site(copy, tmp_path / "out", strict=False) > 5


def test_a_folder_of_something_else_is_left_alone(root, tmp_path):
    """MkDocs would empty it."""
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(Problems, match="neither empty nor an earlier site"):
        build_site(root, tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_what_is_missing_is_named_as_it_is_installed(root, tmp_path, monkeypatch):
    """The command line turns it into a message with the extra to install."""
    monkeypatch.setattr("importlib.util.find_spec", {}.get)
    with pytest.raises(ModuleNotFoundError, match="mkdocs-material") as found:
        build_site(root, tmp_path / "out")
    assert found.value.name == "mkdocs-material"


def test_the_site_is_served_and_rebuilt(copy):
    """A change of an entry is on the page a moment later; of a broken one it says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "dlfaq",
        "site",
        "serve",
        "--port",
        str(port),
        "--root",
        str(copy),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        entry = copy / "faq" / "average-of-noise.yaml"
        wait_for(port, "average")
        entry.write_text(entry.read_text().replace("question: ", "question: CHANGED ", 1))
        wait_for(port, "CHANGED")
        with pytest.raises(Problems, match=f"port {port}"):
            serve_site(copy, port)
        entry.write_text("question: 1\n")
        assert re.search(
            r"average-of-noise\.yaml:1", process.stderr.readline() + process.stderr.readline()
        )
        wait_for(port, "could not be read")
        with pytest.raises(HTTPError) as missing:
            urlopen(f"http://127.0.0.1:{port}/nothing.html")
        assert "There is no such page" in missing.value.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""


def wait_for(port: int, word: str) -> None:
    """Until a page of the served site contains a word."""
    for _ in range(120):
        with (
            contextlib.suppress(OSError),
            urlopen(f"http://127.0.0.1:{port}/questions/average-of-noise.html") as page,
        ):
            if word in page.read().decode():
                return
        time.sleep(0.25)
    pytest.fail(f"'{word}' never came")


def test_a_team_brings_its_own_pages_and_configuration(copy, tmp_path):
    """Its pages join ours, its settings win, and its pages are as safe as ours."""
    (copy / "docs").mkdir()
    (copy / "docs" / "team.md").write_text("# Our team\n")
    (copy / "docs" / "index.md").write_text("# Ours\n\nWelcome.\n")
    (copy / "mkdocs.yml").write_text(
        "site_name: Widgets\ntheme: {name: material, font: false}\n"
        "extra_css: [assets/css/dlfaq.css]\n"
        "use_directory_urls: false\nmarkdown_extensions: [md_in_html, attr_list]\n"
    )
    told = []
    build_site(copy, tmp_path / "out", notice=told.append)

    assert [line.partition(":")[0] for line in told] == ["mkdocs.yml"]
    assert "'markdown_extensions' is ignored" in told[0]
    assert "Our team" in shown(tmp_path / "out" / "team.html")
    assert "Welcome." in shown(tmp_path / "out" / "index.html")
    assert "Widgets</title>" in (tmp_path / "out" / "index.html").read_text()
    assert (tmp_path / "out" / "verification.html").is_file()
    hostile = read(tmp_path / "out")[tmp_path / "out" / "questions" / "hostile.html"]
    assert hostile.handlers == []
    assert "<svg viewBox" in (tmp_path / "out" / "questions" / "average-of-noise.html").read_text()
