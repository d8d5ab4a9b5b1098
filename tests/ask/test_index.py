"""The index: built when needed, never half, never fatal."""

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ask.conftest import EVIDENCE, side

from dlfaq.ask.blocks import Span
from dlfaq.ask.build import index as building
from dlfaq.ask.freshness import NAME, ensure_index, read_index
from dlfaq.ask.rank import ask
from dlfaq.ask.reader import document, entry, ids, problems, problems_of, rows, topics
from dlfaq.ask.stamps import MAKERS, mark_of, stamps, stored_mark
from dlfaq.errors import Problems
from dlfaq.evidence.file import write
from dlfaq.evidence.verdict import Verdict


@pytest.fixture
def builds(monkeypatch):
    """Counts how often the index was built."""
    count = []
    build = building.build
    monkeypatch.setattr(
        building, "build", lambda *given, **named: (count.append(1), build(*given, **named))[1]
    )
    return count


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def test_entries_are_read_as_they_will_be_shown(faq):
    """Placeholders are numbers, verdicts come from the evidence, related entries have questions."""
    found = read_index(faq, lambda db: entry(db, "first-loss"))

    assert "".join(one.text for one in found.short[0].lines[0]) == (
        "About ln k for k balanced classes; we measured 2.35."
    )
    assert Span("ln k", "maths") in found.short[0].lines[0]
    assert [one.code for one in found.steps][:2] == [
        ("loss = loss_fn(model(x), y)", "print(loss.item(), math.log(10))"),
        ("nn.init.zeros_(model[-1].weight)",),
    ]
    step = "".join(one.text for one in found.steps[0].step)
    assert step == "Print the loss of the first batch, and compare it with ln k (Karpathy 2019)."
    grounds = ["".join(one.text for one in step.because) for step in found.steps]
    assert grounds == ["ln-k, Karpathy 2019", "ln-k", "practice"]
    assert [part.id for part in found.parts] == ["formula", "labels"]
    assert found.parts[0].title == (Span("Where "), Span("ln k", "maths"), Span(" comes from"))
    assert [block.kind for block in found.parts[0].body] == ["paragraph", "item", "item"]
    assert found.part("labels") is found.parts[1]
    assert found.topics == (("loss", "Loss functions"),)
    assert found.related == (("nan-loss", (Span("Why does my loss spike or become NaN?"),)),)
    assert (found.verified, found.planned, found.draft) == (1, False, False)
    assert found.evidence[-1].text == "1 measured claim holds, with a control"
    (claim,) = found.claims
    assert (claim.id, claim.verdict, claim.mark) == ("ln-k", "verified", "✓")
    assert claim.shows == (Span("2.346 after 2.305"),)
    own, many, few = claim.sides
    said = ("-1 < mean(loss) < 1", "-1 to 1", "0.123 [0.0235, 0.323]", "")
    assert own == ("own", "", (), "holds", *said)
    assert many == ("holds", "many", (), "holds", *said)
    said = (said[0], said[1], "2.5 [2.4, 2.7]", "")
    assert few == ("fails", "few", (Span("One number is too few."),), "fails", *said)
    (reference,) = found.references
    assert reference.purpose == (Span("to look at the first loss at all"),)


def test_what_was_not_measured_says_so(faq):
    """Without evidence a claim has its expectation and no verdict."""
    found = read_index(faq, lambda db: entry(db, "nan-loss"))
    (claim,) = found.claims

    assert (claim.verdict, claim.mark) == ("", "·")
    assert claim.sides[0].expect == "-1 < mean(loss) < 1"
    assert claim.sides[0].measured == ""
    assert found.evidence[-1].text == "1 claim, not measured yet"


def test_a_program_reads_markdown_with_numbers(faq):
    """The document has the texts as they were written, and what was measured as numbers."""
    found = json.loads(read_index(faq, lambda db: document(db, "first-loss")))

    assert list(found)[:9] == [
        *("id", "question", "form", "draft", "short", "do", "parts", "claims", "references"),
    ]
    assert found["short"] == "About $\\ln k$ for k balanced classes; we measured 2.35."
    assert found["do"][2] == {
        "step": "Look at the labels if it is below.",
        "code": "",
        "because": ["practice"],
    }
    assert "[@karpathy-2019]" in found["do"][0]["step"]
    assert list(found["parts"][0]) == ["id", "title", "asked", "text"]
    (claim,) = found["claims"]
    assert (claim["kind"], claim["verdict"], claim["shows"]) == (
        "measured",
        "verified",
        "2.346 after 2.305",
    )
    assert claim["measured"]["estimate"] == 0.123457
    assert claim["holds_under"]["many"]["outcome"] == "holds"
    assert claim["fails_under"]["few"]["why"] == "One number is too few."
    assert found["references"][0]["for"] == "to look at the first loss at all"
    assert json.loads(read_index(faq, lambda db: document(db, "dropout")))["planned"] is True
    assert read_index(faq, lambda db: document(db, "no-such")) is None


def test_lists(faq):
    """Written entries first, then planned ones; a topic selects."""
    assert [row.id for row in read_index(faq, rows)] == [
        "first-loss",
        "nan-loss",
        "dropout",
        "weight-decay",
    ]
    assert [row.id for row in read_index(faq, lambda db: rows(db, "training"))] == [
        "dropout",
        "weight-decay",
    ]
    assert read_index(faq, ids) == ("dropout", "first-loss", "nan-loss", "weight-decay")
    assert list(read_index(faq, topics)) == ["loss", "stability", "training"]
    assert read_index(faq, lambda db: entry(db, "no-such")) is None
    assert read_index(faq, lambda db: entry(db, "dropout")).planned


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("faq/first-loss.yaml", "before any training", "at the start"),
        ("faq/planned.yml", "How does", "Why does"),
        ("faq/topics.yml", "Loss functions", "Losses"),
        ("evidence/first-loss.json", "0.123457", "0.234568"),
    ],
)
def test_a_changed_file_is_noticed(faq, builds, file, old, new):
    """Once is enough: the next reader finds the index as it should be."""
    before = read_index(faq, lambda db: (rows(db), entry(db, "first-loss"), topics(db)))
    read_index(faq, rows)
    edit(faq / file, old, new)
    after = read_index(faq, lambda db: (rows(db), entry(db, "first-loss"), topics(db)))
    read_index(faq, rows)

    assert before != after
    assert len(builds) == 2


def test_new_and_deleted_files_are_noticed(faq):
    """Evidence that goes takes its verdicts along."""
    assert read_index(faq, lambda db: entry(db, "first-loss")).verified == 1
    (faq / "evidence" / "first-loss.json").unlink()
    assert read_index(faq, lambda db: entry(db, "first-loss")).verified == 0


def contents(path: Path) -> dict[str, list]:
    """Everything in an index but its numbers of entries, which are chance, and what made it."""
    with sqlite3.connect(path) as db:
        names = dict(db.execute("SELECT num, id FROM entries"))
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%(%'"
            )
        ]
        kept = [name for name in tables if not name.startswith("words")]
        found = {}
        for table in kept:
            columns = [column[1] for column in db.execute(f"PRAGMA table_info({table})")]
            rows = [
                dict(zip(columns, row, strict=True))
                for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608
            ]
            found[table] = sorted(repr(_named(row, names)) for row in rows)
        for word, *_ in db.execute("SELECT term FROM vocab").fetchall():
            hits = db.execute("SELECT rowid FROM words WHERE words MATCH ?", (f'"{word}"',))
            found.setdefault("hits", []).append((word, sorted(names[num] for (num,) in hits)))
        db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    db.close()
    return found


def _named(row: dict, names: dict[int, str]) -> dict:
    """A row with entries' ids in place of their numbers."""
    if "nums" in row:
        lists = memoryview(row["nums"]).cast("I"), memoryview(row["weights"]).cast("H")
        held = sorted((names[num], weight) for num, weight in zip(*lists, strict=True))
        return {**row, "nums": held, "weights": None}
    return {**row, "num": names[row["num"]]} if "num" in row else row


EDITS = {
    "an answer": lambda root: edit(
        root / "faq" / "nan-loss.yaml", "a number overflowed", "zebras overflowed"
    ),
    "a question": lambda root: edit(
        root / "faq" / "first-loss.yaml", "before any training", "at the start"
    ),
    "a claim": lambda root: edit(root / "faq" / "first-loss.yaml", "within 2 %", "within 3 %"),
    "evidence": lambda root: edit(root / "evidence" / "first-loss.json", "0.123457", "0.234568"),
    "no evidence": lambda root: (root / "evidence" / "first-loss.json").unlink(),
    "a plan": lambda root: edit(root / "faq" / "planned.yml", "where do I put", "do I need"),
    "no plan": lambda root: (root / "faq" / "planned.yml").write_text(
        (root / "faq" / "planned.yml").read_text().partition("- id: weight-decay")[0]
    ),
    "a topic": lambda root: edit(root / "faq" / "topics.yml", "Stability", "Numbers"),
    "a new entry": lambda root: (root / "faq" / "new.yaml").write_text(
        (root / "faq" / "nan-loss.yaml").read_text().replace("Why does my", "Whence the")
    ),
    "an entry gone": lambda root: (
        edit(root / "faq" / "first-loss.yaml", "related: [nan-loss]", "related: []"),
        (root / "faq" / "nan-loss.yaml").unlink(),
    ),
}


MIXED = [
    "a new entry",
    "evidence",
    "a question",
    "no plan",
    "an answer",
    "a topic",
    "a claim",
    "no evidence",
]


@pytest.mark.parametrize("order", [list(EDITS), MIXED], ids=["all", "mixed"])
def test_what_is_read_again_gives_the_same_index_as_all_of_it(faq, order, tmp_path):
    """After every edit: word for word, and every word is found where it stands."""
    path = ensure_index(faq)
    for name in order:
        EDITS[name](faq)
        ensure_index(faq)
        before = contents(path)
        whole = tmp_path / "whole.sqlite"
        building.build(faq, whole, stamps(faq), anew=True)
        assert before == contents(whole), name
        whole.unlink()


def test_only_what_changed_is_read_again(faq, monkeypatch):
    """The other entries' files are not opened, nor the list of planned ones."""
    ensure_index(faq)
    edit(faq / "faq" / "nan-loss.yaml", "a number overflowed", "zebras overflowed")
    for name in ("faq/first-loss.yaml", "faq/planned.yml"):
        stat = (faq / name).stat()
        (faq / name).write_text("x" * stat.st_size)  # would be a problem, if it were read
        os.utime(faq / name, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert "zebras" in read_index(faq, lambda db: document(db, "nan-loss"))


def test_a_planned_entry_that_is_written_is_a_problem(faq):
    """Until it leaves the list."""
    ensure_index(faq)
    (faq / "faq" / "dropout.yaml").write_text(
        (faq / "faq" / "nan-loss.yaml").read_text().replace("Why does my", "Whence")
    )

    assert "the planned entry 'dropout' is written" in told(faq)
    assert read_index(faq, lambda db: entry(db, "dropout")).planned is False


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"not a database"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(
            path.read_bytes()[:4096] + b"\0" * (path.stat().st_size - 4096)
        ),
        lambda path: sqlite3.connect(path).executescript("DROP TABLE entries;").connection.close(),
        lambda path: sqlite3.connect(path).executescript("DROP TABLE meta;").connection.close(),
        lambda path: path.unlink(),
    ],
)
def test_a_damaged_index_is_built_anew(faq, damage):
    """Never fatal."""
    damage(ensure_index(faq))

    assert len(read_index(faq, rows)) == 4
    assert read_index(faq, lambda db: entry(db, "first-loss")).verified == 1


def test_an_index_of_another_code_is_older(faq, builds, monkeypatch):
    """The fingerprint covers the code that writes the index."""
    path = ensure_index(faq)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = 'another' WHERE key = 'mark'")
    db.close()
    ensure_index(faq)

    assert read_index(faq, stored_mark) == mark_of(stamps(faq), faq)
    assert len(builds) == 2


def test_all_code_that_makes_rows_is_stamped(faq):
    """A change of a parser, of placeholders or of how evidence is read makes an index old."""
    names = stamps(faq)

    assert {"code/ask/build/markdown.py", "code/ask/schema.py", "code/sanitise.py"} <= names.keys()
    assert {
        "code/knowledge/placeholders.py",
        "faq/topics.yml",
        "evidence/first-loss.json",
    } <= names.keys()
    script = "import sys, dlfaq.ask.build.index; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    loaded = {name for name in done.stdout.split() if name.startswith("dlfaq.")}
    made = tuple(f"dlfaq.{one.removesuffix('.py').replace('/', '.')}" for one in MAKERS)
    others = {name for name in loaded if not name.startswith(made)}
    assert others <= {"dlfaq.errors", "dlfaq.paths", "dlfaq.verify"}  # none of them makes a row


def test_the_index_is_opened_once(faq, monkeypatch):
    """A question pays for one connection."""
    from dlfaq.ask import freshness

    ensure_index(faq)
    opened = []
    connect = freshness.connect
    monkeypatch.setattr(freshness, "connect", lambda path: (opened.append(path), connect(path))[1])
    read_index(faq, lambda db: (ask(db, "loss"), entry(db, "first-loss")))

    assert len(opened) == 1


def told(faq: Path) -> str:
    """What an index says is to be mended."""
    return "\n".join(map(str, read_index(faq, problems)))


def test_a_broken_entry_costs_itself(faq):
    """It leaves the index, which says why, now and whenever it is read; mended, it is back."""
    ensure_index(faq)
    edit(faq / "faq" / "first-loss.yaml", "topics: [loss]", "topics: [lsos]")

    for _ in range(2):
        assert "'lsos' is not a topic" in told(faq)
        assert read_index(faq, lambda db: entry(db, "first-loss")) is None
        assert read_index(faq, lambda db: entry(db, "nan-loss")) is not None
    assert read_index(faq, lambda db: problems_of(db, "nan-loss")) == ()
    assert "lsos" in str(read_index(faq, lambda db: problems_of(db, "first-loss")))
    edit(faq / "faq" / "first-loss.yaml", "topics: [lsos]", "topics: [loss]")
    assert told(faq) == ""
    assert read_index(faq, lambda db: entry(db, "first-loss")) is not None


def test_an_entry_comes_back_with_its_simulation(faq):
    """Though the index is not made from simulations."""
    source = (faq / "sims" / "toy.py").read_text()
    (faq / "sims" / "toy.py").write_text("def toy(): pass\n")
    edit(faq / "faq" / "first-loss.yaml", "before any training", "at the start")
    assert "toy.py" in told(faq)
    assert read_index(faq, lambda db: entry(db, "nan-loss")) is None
    assert "toy.py" in str(read_index(faq, lambda db: problems_of(db, "nan-loss")))
    (faq / "sims" / "toy.py").write_text(source)

    assert told(faq) == ""
    assert read_index(faq, lambda db: entry(db, "nan-loss")) is not None


def test_topics_that_cannot_be_read_are_everyones_problem(faq):
    """The index stays as it was."""
    path = ensure_index(faq)
    before = path.read_bytes()
    (faq / "faq" / "topics.yml").write_text("[")

    with pytest.raises(Problems, match=r"topics\.yml"):
        ensure_index(faq)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [NAME]


def test_evidence_that_cannot_be_read_is_a_problem(faq):
    """Named by its file, with the command that mends it; the entry is as if it was never measured."""
    (faq / "evidence" / "first-loss.json").write_text("{}")

    assert "evidence/first-loss.json" in told(faq)
    assert "dlfaq verify first-loss --record" in told(faq)
    assert read_index(faq, lambda db: entry(db, "first-loss")).verified == 0


def test_where_nothing_can_be_written_the_index_is_in_memory(faq, monkeypatch):
    """No folder at all, or a disk that is full while it is written: the same entries."""
    expected = read_index(faq, lambda db: (rows(db), entry(db, "first-loss")))
    monkeypatch.setattr("dlfaq.ask.freshness.cache_dir", lambda _: None)
    assert read_index(faq, lambda db: (rows(db), entry(db, "first-loss"))) == expected
    with pytest.raises(OSError, match="no folder"):
        ensure_index(faq)

    for error in (OSError(28, "No space left on device"), sqlite3.OperationalError("disk full")):

        def full(*_: object, error=error, **__: object) -> None:
            raise error

        monkeypatch.setattr("dlfaq.ask.freshness.cache_dir", lambda _: faq / "nowhere")
        monkeypatch.setattr(building, "build", full)
        assert read_index(faq, lambda db: (rows(db), entry(db, "first-loss"))) == expected


def test_two_at_once_are_safe(faq):
    """Whoever builds last wins; every reader finds a whole index."""

    def run(_: int) -> int:
        script = (
            "import sys; from pathlib import Path; from dlfaq.ask.freshness import read_index; "
            "from dlfaq.ask.reader import rows; print(len(read_index(Path(sys.argv[1]), rows)))"
        )
        command = [sys.executable, "-c", script, str(faq)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [4, 4, 4, 4]


def test_a_read_only_cache_is_no_obstacle(faq, tmp_path, monkeypatch):
    """The index goes where it can be written."""
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("DLFAQ_CACHE_DIR", str(blocked))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert len(read_index(faq, rows)) == 4


def test_a_root_with_odd_characters(faq, builds):
    """A folder's name is no URL."""
    root = faq.rename(faq.with_name("a ?#%20 é folder"))

    assert len(read_index(root, rows)) == 4
    assert len(read_index(root, rows)) == 4
    assert len(builds) == 1


def test_looking_loads_nothing_but_the_standard_library(faq):
    """While nothing changed, neither YAML nor the builder nor the knowledge is loaded."""
    ensure_index(faq)
    script = (
        "import sys; from pathlib import Path; from dlfaq.ask.freshness import read_index; "
        "from dlfaq.ask.rank import ask; from dlfaq.ask.reader import entry; "
        "read_index(Path(sys.argv[1]), lambda db: (ask(db, 'loss'), "
        "entry(db, 'first-loss'))); print('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(faq)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    loaded = set(done.stdout.splitlines())

    assert {name for name in loaded if name.startswith("dlfaq")} == {
        "dlfaq",
        "dlfaq.ask",
        "dlfaq.ask.blocks",
        "dlfaq.ask.failures",
        "dlfaq.ask.freshness",
        "dlfaq.ask.grams",
        "dlfaq.ask.lists",
        "dlfaq.ask.logs",
        "dlfaq.ask.passages",
        "dlfaq.ask.query",
        "dlfaq.ask.rank",
        "dlfaq.ask.reader",
        "dlfaq.ask.schema",
        "dlfaq.ask.signals",
        "dlfaq.ask.spelling",
        "dlfaq.ask.stamps",
        "dlfaq.ask.vectors",
        "dlfaq.ask.words",
        "dlfaq.errors",
        "dlfaq.paths",
    }
    assert (
        loaded & {"yaml", "dataclasses", "json", "hashlib", "tempfile", "importlib.metadata"}
        == set()
    )


def test_evidence_of_another_expectation_is_none(faq):
    """A claim that was changed since counts as not measured."""
    edit(faq / "faq" / "first-loss.yaml", "-1 < mean(loss) < 1", "-2 < mean(loss) < 1")
    found = read_index(faq, lambda db: entry(db, "first-loss"))

    assert (found.verified, found.claims[0].verdict) == (0, "")
    assert found.evidence[-1].text == "1 claim, not measured yet"


def test_a_draft_is_known_as_one(faq):
    """Until somebody takes the line out."""
    edit(faq / "faq" / "first-loss.yaml", "question:", "draft: true\nquestion:")

    assert read_index(faq, lambda db: entry(db, "first-loss")).draft
    assert {row.id: row.draft for row in read_index(faq, rows)}["first-loss"]


OUTCOMES = {  # its own, where it should hold, where it should fail
    Verdict.VERIFIED: ("holds", "holds", "fails"),
    Verdict.REFUTED: ("fails", "holds", "fails"),
    Verdict.OVERSTATED: ("holds", "fails", "fails"),
    Verdict.VACUOUS: ("holds", "holds", "holds"),
    Verdict.INCONCLUSIVE: ("inconclusive", "holds", "fails"),
}


@pytest.mark.parametrize("verdict", list(Verdict), ids=lambda one: one.word)
def test_what_does_not_hold_is_counted_by_its_word(faq, verdict):
    """The line of evidence tells each verdict by its own word and mark."""
    own, many, few = map(side, OUTCOMES[verdict])
    claim = replace(
        EVIDENCE.claims["ln-k"],
        verdict=verdict.word,
        own=own,
        holds_under={"many": many},
        fails_under={"few": few},
    )
    write(faq, replace(EVIDENCE, claims={"ln-k": claim}))
    found = read_index(faq, lambda db: entry(db, "first-loss"))

    assert found.evidence[0].text.strip() == verdict.mark
    words = "".join(one.text for one in found.evidence)
    assert verdict.is_good or f"1 {verdict.word}" in words
    assert "verified" not in words
