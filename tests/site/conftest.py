"""A small FAQ with evidence, its site, and a browser to look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.site.model import write_model
from tests.site.serving import served

from dlfaq.knowledge.authoring import init_faq
from dlfaq.knowledge.load import load_faq
from dlfaq.site.build import build_site
from dlfaq.verify.ruling import Request
from dlfaq.verify.session import confirm, local, record_evidence, verify_claims

HOSTILE = """\
question: What does <script>alert(1)</script> & {% 7*7 %} do?
also_asked: ["<img src=x onerror=alert(2)>", "a *b* _c_ `d` [e](javascript:alert(3))"]
topics: [training]
answer:
  short: "Nothing: <b onclick=alert(4)>it</b> is text, and $a < b > c$ is maths."
  do:
    - step: "<script>alert(25)</script> [x](javascript:alert(26)) | do{ onclick=alert(27) } [@evil]"
      code: |
        # </code></pre><script>alert(28)</script>
        print("``` $x$ {{ y }}")
      because: [noise-falls, evil]
    - {step: "**Two** `|` $|x|$", because: noise-falls}
    - {step: Three, because: practice}
  parts:
    - id: long
      title: "<script>alert(29)</script> {onclick=alert(30)} | parts"
      text: |
        <div onmouseover="alert(5)">block</div>

        [link](javascript:alert(6)) and [other](https://example.org/) and text{ onclick=alert(7) }

        ```python { onclick=alert(8) }
        print("<script>alert(9)</script>")
        ```

        - list

              ```dl-figure
              <script>alert(10)</script>
              ```

        $$ x_1 <script>alert(11)</script> $$

        !!! note "<script>alert(12)</script>"

        It costs $5 and $10. ![pixel](https://example.org/pixel.png)

        # A heading

        | a | b {onclick=alert(16)} |
        | --- | --- |
        | `x|y` | $\\vert z \\vert$ |
    - {id: next, title: More, text: "[it](#noise-falls)"}
experiments:
  noise:
    simulation: average_of_noise
    conditions:
      few: {given: {numbers: 1, shared: 1.0}}
claims:
  - id: noise-falls
    kind: measured
    says: "<script>alert(13)</script> Noise | falls, $|x| < 1$."
    experiment: noise
    expect: mean(error) < 0.5
    fails_under: {few: "<script>alert(14)</script> few | numbers"}
sources:
  - document: notes
    says: "<script>alert(17)</script> **so**"
    ruling: "true"
    claims: [noise-falls]
    where: "<i>L1</i>"
    page: true
references:
  - id: evil
    for: "<script>alert(31)</script> nothing"
    title: "<script>alert(15)</script> [x](javascript:alert(18))"
    authors: "A"
    year: 2000
    url: "https://example.org/?a=b"
"""


ODD = '''"""An odd simulation: <script>alert(20)</script> ``` and | more."""

from typing import Literal

from torch import Tensor

from dlfaq.sim import Replicates


def odd(replicates: Replicates, way: Literal["a|b", "<b>"] = "a|b") -> dict[str, Tensor]:
    """Return noise. </pre><script>alert(21)</script>

    Args:
        replicates: One number each.
        way: One | the other, `or` <b>both</b>.

    Metrics:
        noise: of <i>unit</i> variance | normal.
    """
    # ``````
    return {"noise": replicates.normal("noise")}
'''


def record(folder: Path) -> None:
    """Verify what is no draft, under all conditions, on three seeds."""
    faq = load_faq(folder)
    claims = [(entry, claim) for entry, claim in faq.claims() if not entry.draft]
    request = Request(conditions=True)
    rulings = verify_claims(faq, claims, local(1), request)
    record_evidence(faq, confirm(faq, claims, rulings, local(1), request))


def make_faq(folder: Path) -> None:
    """Write it, and record what is no draft before the hostile entry comes."""
    init_faq(folder)
    draft = folder / "faq" / "average-of-noise.yaml"
    draft.with_name("unfinished.yaml").write_text(
        draft.read_text().replace("question: ", "question: Unfinished, or ", 1)
    )
    draft.write_text(draft.read_text().replace("draft: true\n", ""))
    (folder / "faq" / "documents.yml").write_text(
        "notes: {title: 'Notes </h2><script>alert(19)</script>', year: 2020}\n"
    )
    write_model(folder)
    record(folder)
    (folder / "faq" / "hostile.yaml").write_text(HOSTILE)
    (folder / "faq" / "planned.yml").write_text(
        "- id: later\n  question: What | does <script>alert(22)</script>?\n  topics: [training]\n"
        "  sources:\n"
        "    - {document: notes, where: '<b>L2', says: '[x](javascript:alert(23)) "
        "<script>alert(24)</script> {onclick=1}'}\n"
    )
    (folder / "faq" / "front.yml").write_text("- It is noisy: [averaging, later]\n")
    (folder / "sims" / "odd.py").write_text(ODD)


def cache_in(tmp_path_factory) -> str:
    return str(tmp_path_factory.getbasetemp() / "site-cache")


@pytest.fixture(scope="package", autouse=True)
def cache(tmp_path_factory) -> Iterator[None]:
    """One for these tests alone: claims that are verified later share the usual one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLFAQ_CACHE_DIR", cache_in(tmp_path_factory))
        yield


@pytest.fixture(scope="session")
def root(tmp_path_factory) -> Path:
    """An FAQ with ordinary entries, verified, one hostile one that never was, and a draft."""
    folder = tmp_path_factory.mktemp("site") / "faq-of-ours"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLFAQ_CACHE_DIR", cache_in(tmp_path_factory))
        make_faq(folder)
    return folder


@pytest.fixture
def copy(root, tmp_path) -> Path:
    """The FAQ, to be changed."""
    return shutil.copytree(root, tmp_path / "copy")


@pytest.fixture(scope="session")
def built(root) -> Path:
    """The built site."""
    output = root.parent / "site"
    build_site(root, output)
    return output


@pytest.fixture(scope="session")
def address(built):
    """The site, served on this machine."""
    with served(built) as base:
        yield base


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium; skipped where there is none, unless it is required."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        if os.environ.get("DLFAQ_REQUIRE_BROWSER"):
            pytest.fail("Chromium is required here and is not installed")
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    )
    flags += " --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags.split())
        yield browser
        browser.close()
