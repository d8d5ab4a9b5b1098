"""The tutorial is no lie: its simulation and its claim are verified as they stand on the page."""

import re
from pathlib import Path

from dlfaq.knowledge.authoring import init_faq
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.ruling import Request
from dlfaq.verify.session import local, verify_claims

PAGE = (Path(__file__).parents[1] / "docs" / "writing.md").read_text("utf-8")

# what the page leaves out: two more steps and a second part
STEPS = """\
    - id: more
      title: More
      text: "[It](#ln-k)."
"""
MORE = "    - {step: Two, because: ln-k}\n    - {step: Three, because: practice}\n"
OF_ITSELF = "{{ [classes=10].mean(loss) | .2f }}"


def test_the_tutorials_claim_is_verified_by_its_simulation(tmp_path, monkeypatch):
    """Copied from the page into a new FAQ: check passes, the claim holds, its control fails."""
    monkeypatch.setenv("DLFAQ_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "ours"
    init_faq(root)
    (claims,) = re.findall(r"```yaml\n(experiments:.*?)```", PAGE, re.DOTALL)
    (answer,) = re.findall(r"```yaml\n(answer:.*?)```", PAGE, re.DOTALL)
    (plots,) = re.findall(r"```yaml\n(plots:.*?)```", PAGE, re.DOTALL)
    (simulation,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (root / "sims" / "untrained_loss.py").write_text(simulation)
    head = "question: What is the first loss?\ntopics: [training]\n"
    references = (
        "references: [{id: glorot-2010, for: the scale of weights, title: T, authors: "
        "Xavier Glorot, year: 2010}]\n"
    )
    answer = answer.replace("  parts:", f"{MORE}  parts:")
    text = head + answer + STEPS + claims + plots + references
    (root / "faq" / "tutorial.yaml").write_text(text)
    faq = load_faq(root)
    entry = faq.entry("tutorial")
    claims = [(entry, claim) for claim in entry.claims]
    (ruling,) = verify_claims(faq, claims, local(1), Request(conditions=True))

    assert ruling.verdict.word == "verified", ruling


def test_placeholders_on_the_page_are_of_the_language():
    """What the tutorial says of placeholders can be read."""
    from dlfaq.knowledge.placeholders import find

    shown = [*find(PAGE.replace(OF_ITSELF, "")), *find(OF_ITSELF, "ln-k")]
    assert {one.claim for one in shown} == {"ln-k"}
    assert [one.condition for one in shown].count("more-examples") == 1
