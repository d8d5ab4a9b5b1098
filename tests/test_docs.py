"""The tutorial is no lie: its simulation and its claim are verified as they stand on the page."""

import re
from pathlib import Path

from dlfaq.knowledge.authoring import init_faq
from dlfaq.knowledge.load import load_faq
from dlfaq.verify.session import verify_claims

PAGE = (Path(__file__).parents[1] / "docs" / "writing.md").read_text("utf-8")


def test_the_tutorials_claim_is_verified_by_its_simulation(tmp_path, monkeypatch):
    """Copied from the page into a new FAQ: check passes, the claim holds, its control fails."""
    monkeypatch.setenv("DLFAQ_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "ours"
    init_faq(root)
    (claims,) = re.findall(r"```yaml\n(claims:.*?)```", PAGE, re.DOTALL)
    (simulation,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (root / "sims" / "untrained_loss.py").write_text(simulation)
    head = "question: What is the first loss?\ntopics: [training]\nanswer: {short: It is ln k., long: It is ln k.}\n"
    (root / "faq" / "tutorial.yaml").write_text(head + claims)
    faq = load_faq(root)
    entry = faq.entry("tutorial")
    (ruling,) = verify_claims(faq, [(entry, claim) for claim in entry.claims], jobs=1)

    assert ruling.verdict.word == "verified", ruling


def test_placeholders_on_the_page_are_of_the_language():
    """What the tutorial says of placeholders can be read."""
    from dlfaq.knowledge.placeholders import find

    shown = find(PAGE)
    assert [one.claim for one in shown] == ["ln-k"]
