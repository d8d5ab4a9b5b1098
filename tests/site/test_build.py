"""The site is complete, correct, and shows what entries contain instead of running it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from dlfaq.errors import Problems
from dlfaq.knowledge.load import load_faq
from dlfaq.site.build import build_site, write_pages

LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"), ("object", "data")}


class Page(HTMLParser):
    """Links, ids, loaded files, images without alt, event handlers and scripts of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.loads, self.no_alt, self.handlers, self.headings = [], [], [], [], [], 0
        self.script, self.scripts = False, []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.script = tag == "script"
        self.headings += tag == "h1"
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img" and "alt" not in values:
            self.no_alt.append(values.get("src"))
        self.handlers += [(tag, name) for name in values if name.startswith("on")]
        relation = set((values.get("rel") or "").split())
        if not relation & {"canonical", "prev", "next", "alternate"}:
            self.loads += [values[name] for kind, name in LOADS if kind == tag and values.get(name)]

    def handle_data(self, data):
        if self.script:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self.script = False


@pytest.fixture(scope="session")
def pages(built):
    return {path: Page(path) for path in built.rglob("*.html")}


def test_every_kind_of_page_is_there(built):
    """Home, entries, topics, the ledger, simulations, hand-written pages."""
    for name in (
        "index.html",
        "questions/index.html",
        "questions/average-of-noise/index.html",
        "topics/training/index.html",
        "sources/index.html",
        "simulations/average_of_noise/index.html",
        "verification/index.html",
        "writing/index.html",
        "commands/index.html",
    ):
        assert (built / name).is_file(), name


def test_an_entry_shows_verdict_numbers_control_and_command(built, root):
    """What a reader needs to believe it, and to repeat it."""
    text = (built / "questions/average-of-noise/index.html").read_text()
    entry = load_faq(root).entry("average-of-noise")

    assert "1 of 1 claims verified" in text
    assert "verdict--verified" in text
    assert '<svg viewBox="0 0 640' in text
    assert "dlfaq verify average-of-noise/noise-falls --fresh" in text
    assert "Noise that all numbers share is not averaged away" in text
    assert "{{" not in text
    assert len(entry.claims) == text.count('class="dl-figure"')


def test_an_entry_that_was_never_verified_says_so(built):
    """No evidence, no verdict."""
    text = (built / "questions/hostile/index.html").read_text()

    assert "not verified yet" in text
    assert "verdict--verified" not in text


def test_links_anchors_ids_and_alts(built, pages):
    """Every link leads somewhere, every id is unique, every page has one heading."""
    wrong = []
    for path, page in pages.items():
        where = "/" + path.relative_to(built).as_posix()
        if page.headings != 1:
            wrong.append((where, f"{page.headings} h1"))
        wrong += [(where, f"duplicate id {one}") for one in set(page.ids) if page.ids.count(one) > 1]
        wrong += [(where, f"no alt: {one}") for one in page.no_alt]
        for link in page.links:
            parts = urlsplit(urljoin(where, link))
            if urlsplit(link).scheme or link.startswith("//") or path.name == "404.html":
                continue
            target = built / unquote(parts.path).lstrip("/")
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                wrong.append((where, f"broken link {link}"))
            elif target in pages and parts.fragment and not parts.fragment.startswith("__"):
                wrong += [(where, f"no anchor {link}")] * (parts.fragment not in pages[target].ids)

    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(built, pages):
    """No font, script or style of another host, in pages and styles."""
    foreign = [
        (path.name, load) for path, page in pages.items() for load in page.loads if re.match(r"(https?:)?//", load)
    ]
    styles = {
        style.name: re.findall(r"url\(\s*['\"]?(?:https?:)?//[^)]+", style.read_text())
        for style in built.rglob("*.css")
    }

    assert foreign == []
    assert {name: found for name, found in styles.items() if found} == {}


def test_hostile_texts_are_shown_not_run(built, pages):
    """No script, no event handler and no script address comes out of an entry."""
    for page in pages.values():
        assert page.handlers == []
        assert not any("alert(" in script for script in page.scripts if '"@type": "Question"' not in script)
        assert not any(link.strip().lower().startswith(("javascript:", "data:", "vbscript:")) for link in page.links)
    text = (built / "questions/hostile/index.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "7*7" in text
    assert "$5 and $10" in text.replace("&#36;", "$")
    assert "https://example.org/" in text


def test_structured_data_is_json(built):
    """What machines read of an entry parses, whatever the question contains."""
    for name in ("hostile", "average-of-noise"):
        text = (built / f"questions/{name}/index.html").read_text()
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])
        assert data["mainEntity"][0]["@type"] == "Question"
        assert data["mainEntity"][0]["acceptedAnswer"]["text"]


def test_a_second_writing_touches_no_file(root, tmp_path):
    """Only bytes that changed are written, and what is gone is removed."""
    write_pages(root, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "questions" / "gone.md").write_text("old")
    write_pages(root, tmp_path)

    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}


def test_a_broken_faq_is_told_not_built(root, tmp_path):
    """The messages of `check`, no half site."""
    copy = tmp_path / "copy"
    (copy / "faq").mkdir(parents=True)
    (copy / "faq" / "topics.yml").write_text("training: Training\n")
    (copy / "faq" / "bad.yaml").write_text("question: 1\n")
    with pytest.raises(Problems, match=r"bad\.yaml"):
        build_site(copy, tmp_path / "out")
    assert not (tmp_path / "out").exists()
