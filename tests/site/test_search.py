"""The site's search: the worker ranks as `dlfaq ask` does, and shows results in the theme's box."""

import gzip
import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dlfaq.ask.freshness import read_index
from dlfaq.ask.rank import NONE, TUNED, ask
from dlfaq.ask.words import TELLING, clean, informative, names, stems
from dlfaq.ask.words import tokens as tokens_of
from dlfaq.knowledge.load import load_faq
from dlfaq.paths import bundled_root
from dlfaq.site import search
from dlfaq.site.build import build_site
from dlfaq.site.patterns import pattern_in_js
from dlfaq.site.search import search_files

ASK = """async texts => {
  const worker = new Worker("assets/search/worker.js");
  const said = message => new Promise(done => {
    worker.addEventListener("message", event => done(event.data), { once: true });
    worker.postMessage(message);
  });
  const ready = await said({ type: 0, data: { docs: [], config: {} } });
  if (ready.type !== 1) throw new Error("not ready");
  const found = [];
  for (const text of texts) {
    const start = performance.now();
    const { type, data } = await said({ type: 2, data: text });
    if (type !== 3) throw new Error("no result");
    found.push({ ...data, milliseconds: performance.now() - start });
  }
  worker.terminate();
  return found;
}"""
ODD_TEXTS = [
    "", "   ", "???", "the of and", "my losss becoms nann", "loss is 2.303 and does not fall",
    "acc stuck at 10%", "val_acc 0.5", "max_grad_norm too small", "isn't BatchNorm2d broken",
    "CrossEntropyLoss(ln(10)) = 2.3", "ＬＯＳＳ is ＮａＮ", "loss\u0000is\u200bnan",
    "градиент исчезает", "损失变成 nan", "lr<1e-3 vs lr>0.1",
    "RuntimeError: a\n" * 80 + "ValueError: loss is nan", "x" * 3000, "why " * 200 + "nan",
    "\ud800 nan", "<script>alert(1)</script> gradients", "normalisation behaviour modelling",
    "1,000 classes", "ReLU's dead units don't recover", "f1@0.5 is nan?", "loss = 1e999",
    ".5 accuracy", "LN(1/k)", "e\u0301poch", "½ of the data",
]  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium, address):
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}index.html", wait_until="networkidle")
    yield page
    page.close()


@pytest.fixture(scope="module")
def bundled(chromium, tmp_path_factory):
    """The bundled FAQ's worker with its index, on a page that has no other pages to find."""
    folder = tmp_path_factory.mktemp("worker")
    faq = load_faq(bundled_root())
    files = search_files(faq, whole=True)
    urls = [f"questions/{one.id}.html" for one in faq.entries] + ["questions/index.html"]
    urls += [f"questions/{one.id}.html" for one in faq.planned]
    docs = [{"location": url, "title": "", "text": ""} for url in urls]
    files |= {
        "assets/search/pages.js": f"self.dlfaqPages={json.dumps(docs)}",
        "index.html": "<!doctype html><title>x</title>",
    }
    page = chromium.new_page()
    types = {".js": "text/javascript", ".json": "application/json", ".html": "text/html"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")

    def give(route):
        path = folder / route.request.url.split("://", 1)[1].split("/", 1)[1]
        route.fulfill(body=path.read_bytes(), content_type=types[path.suffix])

    page.route("http://search.test/**", give)
    page.goto("http://search.test/index.html")
    yield page
    page.close()


def asked_in_entries(root) -> list[str]:
    """What entries are asked as, and the same with words left out and letters swapped."""
    faq = load_faq(root)
    texts = [
        text for one in (*faq.entries, *faq.planned) for text in (one.question, *one.also_asked)
    ]
    random.Random(5).shuffle(texts)  # noqa: S311 - which texts it is does not matter
    broken = []
    for number, text in enumerate(texts[:30]):
        words = text.split()
        del words[number % len(words) : number % len(words) + (len(words) > 1)]
        place = max(range(len(words)), key=lambda i: len(words[i]), default=0)
        if words and len(words[place]) > 6:
            words[place] = words[place][:3] + words[place][4] + words[place][3] + words[place][5:]
        broken.append(" ".join(words))
    return texts[:60] + broken


def compared(root, texts, results, *, near=1e-3) -> list[str]:
    """What the worker and the terminal see differently."""
    wrong = []
    for text, result in zip(texts, results, strict=True):
        answer = read_index(root, lambda index, text=text: ask(index, text))
        if answer.failure or answer.log:  # the box is no place to paste them: it ranks their words
            continue
        found = [(name, score) for name, score in result.get("ranked", [])] if text.strip() else []
        if not text.strip() or not found:
            if answer.confidence != NONE:
                wrong.append(f"{text[:60]!r}: nothing is found for what is answered")
            continue
        there = [(one.id, one.score) for one in answer.results[:3]]
        if [name for name, _ in found] != [name for name, _ in there] or (
            result["confidence"] != answer.confidence
        ):
            wrong.append(f"{text[:60]!r}: {found} and not {there}")
        elif result.get("part") != (answer.part.id if answer.part else None):
            wrong.append(f"{text[:60]!r}: part {result.get('part')} and not {answer.part}")
        elif any(
            abs(one - other) > near for (_, one), (_, other) in zip(found, there, strict=True)
        ):
            wrong.append(f"{text[:60]!r}: other scores: {found} and not {there}")
    return wrong


def test_the_worker_ranks_as_the_terminal_does(bundled):
    """With all vectors: the same first three and scores, also with typing errors and odd texts."""
    root = bundled_root()
    texts = [*asked_in_entries(root), *ODD_TEXTS]
    results = bundled.evaluate(ASK, texts)

    assert len(texts) > 100
    assert compared(root, texts, results) == []
    milliseconds = sorted(result["milliseconds"] for result in results[1:])
    assert milliseconds[len(milliseconds) * 9 // 10] < 300


def test_a_question_leads_to_the_part_that_answers_it(bundled):
    """What a part is asked as finds that part, as in the terminal, with its place on the page."""
    root = bundled_root()
    parts = [
        (entry.id, part.id, text)
        for entry in load_faq(root).entries
        for part in entry.answer.parts
        for text in part.asked[:1]
    ]
    texts = [text for *_, text in parts]
    results = bundled.evaluate(ASK, texts)

    assert compared(root, texts, results) == []
    led = [
        result["items"][0][1]["location"]
        for result in results
        if result["items"] and len(result["items"][0]) > 1
    ]
    named = {f"questions/{name}.html#{part}" for name, part, _ in parts}
    assert len(led) > len(parts) / 2
    assert set(led) <= named


def test_planned_questions_stand_behind_the_answers(bundled):
    """However well one fits; no snippet holds TeX."""
    texts = ["my model is not learning", "loss does not decrease", "which batch size is best"]
    for result in bundled.evaluate(ASK, [*texts, *asked_in_entries(bundled_root())]):
        planned = [bool(item[0]["planned"]) for item in result["items"]]
        assert planned == sorted(planned)
        assert not any(re.search(r"\\[a-z]+", item[0]["text"]) for item in result["items"])


def test_what_is_planned_comes_with_the_nearest_answers(bundled):
    """Not with a list of nothing to read; and it is said that they are the nearest only."""
    texts = [
        "flat minima generalize better",
        "which batch size is best",
        "mixed precision underflow",
    ]
    for result in bundled.evaluate(ASK, texts):
        entries = [item[0] for item in result["items"]]
        assert not entries[0]["planned"]
        assert re.search(
            "planned, and not answered yet|closest guess|well enough", entries[0]["text"]
        )
        assert sum(one["planned"] for one in entries) <= 3


def test_what_is_sent_loses_little(bundled):
    """Words without a vector say nothing: hardly ever does another entry come first."""
    root = bundled_root()
    faq = load_faq(root)
    data = search_files(faq)["assets/search/ask.js"]
    bundled.route(
        "**/ask.js", lambda route: route.fulfill(body=data, content_type="text/javascript")
    )
    texts = asked_in_entries(root)
    results = bundled.evaluate(ASK, texts)
    bundled.unroute("**/ask.js")
    first = [
        read_index(root, lambda index, text=text: ask(index, text)).results[0].id for text in texts
    ]
    same = sum(
        [one] == [item[0] for item in result["ranked"][:1]]  # none, if no word says anything
        for one, result in zip(first, results, strict=True)
    )

    assert same >= 0.95 * len(texts)
    # two thirds are the vectors, whatever the FAQ; what an answer adds stays small
    assert len(gzip.compress(data.encode())) < 1_000_000 + 5_000 * len(faq.entries)


def test_words_are_the_terminals(bundled):
    """Tokens, stems and names, text by text."""
    texts = [*ODD_TEXTS, *asked_in_entries(bundled_root())]
    code = (Path(search.__file__).with_name("worker") / "words.js").read_text("utf-8")
    read = bundled.evaluate(
        """async ([code, texts]) => {
          const script = await (await fetch("assets/search/ask.js")).text();
          const {lists} = JSON.parse(script.replace(/^[^{]*|;\\s*$/g, ""));
          const words = new Function("lists", `${code}; return wordsOf(lists)`)(lists);
          return texts.map(text => {
            const told = words.informative(words.clean(text));
            return [told, words.tokens(told), words.stems(told), [...words.names(told)]];
          });
        }""",
        [code, texts],
    )

    for text, (told, tokens, stemmed, named) in zip(texts, read, strict=True):
        here = informative(clean(text))
        assert told == here
        assert tokens == tokens_of(here)
        assert stemmed == stems(here)
        assert [[name, list(parts)] for name, parts in names(here).items()] == named


def test_other_pages_stand_below_the_entries(page):
    """A simulation's name finds its page, a hand-written page too; neither before an entry."""
    results = page.evaluate(
        ASK, ["average_of_noise", "writing an entry of your own", "averaging noise"]
    )
    locations = [[item[0]["location"] for item in result["items"]] for result in results]

    assert "simulations/average_of_noise.html" in locations[0]
    assert "writing.html" in locations[1]
    assert locations[2][0] == "questions/average-of-noise.html"
    for result in results:
        are_entries = ["id" in item[0] for item in result["items"]]
        assert are_entries == sorted(are_entries, reverse=True)


def test_what_no_entry_answers_is_said(page):
    """Planned entries and open questions say so; one without any known word finds nothing."""
    planned, nobody, nothing = page.evaluate(
        ASK, ["What does alert(22)?", "noise in the kitchen of my neighbours", "qwrtzpsdf"]
    )

    assert any("Planned" in item[0]["text"] for item in planned["items"] if item[0].get("planned"))
    assert nobody["confidence"] == "none"
    assert "Nothing here fits" in nobody["items"][0][0]["text"]
    assert nothing["items"] == []


def test_nothing_of_an_entry_is_obeyed(page):
    """The theme puts titles and texts into the page as HTML: markup in them is text."""
    texts = [
        "What does script alert do",
        "onerror alert",
        "hostile noise falls",
        "odd simulation script alert 20",
    ]
    for result in page.evaluate(ASK, texts):
        for item in result["items"]:
            for one in item:
                assert set(re.findall(r"<[^>]*>", one["title"] + one["text"])) <= {
                    "<p>", "</p>", "<mark>", "</mark>", "<em>", "</em>"
                }  # fmt: skip


def typed(page, text) -> None:
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").fill("")
    page.keyboard.type(text, delay=5)


FOUND = """() => {
  const link = document.querySelector(".md-search-result__link");
  return link?.href.includes("average-of-noise")
    && [...link.querySelectorAll("mark")].some(mark => mark.textContent.toLowerCase() === "noise");
}"""


def find_noise(page) -> None:
    """Ask until the answer to the whole text is there: what came before it answers its start."""
    typed(page, "averaging noise")
    page.wait_for_function(FOUND, timeout=15_000)


def test_the_box(chromium, address):
    """Typing finds, marks and leads on; an empty box shows nothing; no other host is asked."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    foreign, errors = [], []
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "blob:", "data:")) else foreign.append(r.url),
    )
    page.on("console", lambda m: errors.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}index.html", wait_until="networkidle")
    find_noise(page)
    typed(page, "script alert onerror")
    page.wait_for_timeout(400)
    typed(page, " ")
    page.wait_for_function("document.querySelectorAll('.md-search-result__link').length === 0")
    find_noise(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/average-of-noise.html?h=*")

    page.locator("mark[data-md-highlight]").first.wait_for(state="attached")
    assert foreign == []
    assert errors == []
    page.close()


def test_the_box_on_the_page_is_the_one_that_is_typed_into(chromium, address):
    """Its answers stand right below it; the keyboard leads on; the header's box works after it."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto(f"{address}index.html", wait_until="networkidle")
    field = page.locator(".dl-ask input")
    field.focus()
    page.keyboard.type("averaging noise", delay=20)
    first = page.locator(".dl-found .md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)
    assert field.input_value() == "averaging noise"
    assert field.evaluate("one => one === document.activeElement")
    assert not page.locator("[data-md-toggle=search]").is_checked()
    find_noise(page)
    assert page.locator(".dl-found").is_hidden()
    page.keyboard.press("Escape")
    field.fill("averaging noise")
    first.wait_for(state="visible", timeout=15_000)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/average-of-noise.html*")
    page.close()


def test_the_index_is_loaded_only_for_a_search(chromium, address):
    """Whoever only reads does not pay for it."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}questions/average-of-noise.html", wait_until="networkidle")
    before = [url for url in asked if url.endswith("ask.js")]
    with page.context.expect_event(
        "requestfinished", lambda request: request.url.endswith("ask.js"), timeout=10_000
    ):
        page.locator(".md-search__input").click()

    assert before == []
    page.close()


def test_search_from_the_folder(chromium, root, tmp_path):
    """Built to be opened without a server, the same worker answers."""
    output = tmp_path / "site"
    build_site(root, output, offline=True)
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.goto((output / "index.html").as_uri())
    typed(page, "averaging noise")
    first = page.locator(".md-search-result__link").first
    first.wait_for(state="visible", timeout=15_000)

    assert first.get_attribute("href").split("?")[0].endswith("questions/average-of-noise.html")
    page.close()


def test_patterns_are_translated_or_refused():
    """A class that JavaScript reads otherwise is never passed on as it is."""
    assert pattern_in_js(r"(?P<a>\w+)") == r"(?<a>[\p{L}\p{N}_]+)"
    assert "\\b" not in pattern_in_js(TELLING)
    with pytest.raises(ValueError, match="no JavaScript"):
        pattern_in_js(r"[^\W]")


def test_the_index_follows_the_tuning(root, monkeypatch):
    """Weights are read when the site is built."""
    monkeypatch.setattr(search, "TUNED", TUNED._replace(base=-1.25, weights={"words": 2.0}))
    index = json.loads(
        search_files(load_faq(root))["assets/search/ask.js"].removeprefix("self.dlfaqIndex=")[:-2]
    )

    assert index["tuned"]["weights"] == {"words": 2.0}
    assert index["tuned"]["base"] == -1.25
    assert index["tuned"]["sure"] == list(TUNED.sure)


def test_the_code_is_javascript(root, tmp_path):
    """Node reads it, where there is one."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    path = tmp_path / "worker.js"
    path.write_text(search_files(load_faq(root))["assets/search/worker.js"], "utf-8")

    assert (
        subprocess.run(["node", "--check", path], capture_output=True, check=False).returncode == 0
    )
