"""The site's search: `dlfaq ask` in the browser.

A web worker takes the place of Material's own and ranks as `dlfaq.ask` does. Its code is in
`worker/`, a port of the ranking; everything else it knows is written here when the site is built,
from the index and the modules that the terminal uses: entries, vocabulary, thesaurus, lists,
patterns, weights.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from dlfaq.ask import (
    grams,
    lists,
    passages,
    query,
    rank,
    signals,
    spelling,
    words,
)
from dlfaq.ask.build.english import common_english, elsewhere_lines
from dlfaq.ask.build.markdown import inline
from dlfaq.ask.build.rows import said
from dlfaq.ask.freshness import read_index
from dlfaq.ask.rank import TUNED
from dlfaq.ask.schema import COLUMNS
from dlfaq.knowledge.entry import Entry, Faq, Planned
from dlfaq.site.patterns import pattern_in_js
from dlfaq.site.search_vectors import vectors_in

FOLDER = "assets/search"
PARTS = ("words.js", "ranking.js", "results.js", "worker.js")


def search_files(faq: Faq, *, whole: bool = False) -> dict[str, str]:
    """The worker and its index, by their path below the docs folder.

    Args:
        faq: What is searched.
        whole: Send every token's vector, some 4 MB, so that all scores are the terminal's.

    Raises:
        Problems: If the index must be built and the FAQ's files have problems.
    """
    folder = Path(__file__).with_name("worker")
    code = "\n".join((folder / name).read_text("utf-8") for name in PARTS)
    index = read_index(faq.root, lambda db: _index(db, faq, whole=whole))
    # a script and not plain JSON, because opened from a folder a page may load nothing else
    return {f"{FOLDER}/worker.js": code, f"{FOLDER}/ask.js": f"self.dlfaqIndex={compact(index)};\n"}


def compact(data: object) -> str:
    """JSON without spaces."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _index(db: sqlite3.Connection, faq: Faq, *, whole: bool) -> dict[str, object]:
    vocab = db.execute("SELECT term, docs FROM vocab ORDER BY term").fetchall()
    place = {term: number for number, (term, _) in enumerate(vocab)}
    lines = elsewhere_lines()
    outside = [text for (text,) in db.execute("SELECT words FROM elsewhere ORDER BY place")]
    elsewhere = list(zip(outside, lines, strict=True))
    entries = list(_entries(db, faq, place))
    return {
        "lists": _lists(),
        "query": _query(),
        "signals": _signals(),
        "grams": _grams(),
        "common": common_english(),
        "tuned": {
            "weights": dict(TUNED.weights),
            "base": TUNED.base,
            "fits": TUNED.fits,
            "sure": TUNED.sure,
            "probable": rank.PROBABLE,
            "behind": rank.BEHIND,
            "alone": rank.ALONE,
        },
        "passages": {
            "like": passages.LIKE,
            "means": passages.MEANS,
            "holds": passages.HOLDS,
            "least": passages.LEAST,
            "ahead": passages.AHEAD,
        },
        "vocab": vocab,
        "same": db.execute("SELECT key, value FROM same").fetchall(),
        "signs": db.execute("SELECT anchor, place, needs, means FROM signs").fetchall(),
        "elsewhere": elsewhere,
        "entries": entries,
        "vectors": vectors_in(
            [
                *(text for one in entries for text in one["said"]),
                *(text for one in entries for part in one["parts"] for text in part["said"]),
                *lines,
            ],
            whole=whole,
        ),
    }


def _entries(db: sqlite3.Connection, faq: Faq, place: dict[str, int]) -> Iterator[dict]:
    """What is ranked and shown of each entry; of its longer texts the words without their order."""
    known = {one.id: one for one in (*faq.entries, *faq.planned)}
    columns = ", ".join(f"fields.{column}" for column in COLUMNS)
    selected = f"num, id, entries.short, planned, {columns}"
    rows = f"SELECT {selected} FROM fields JOIN entries USING (num) ORDER BY num"  # noqa: S608
    for num, name, short, planned, *texts in db.execute(rows):
        if name not in known:  # a simulation was broken since the index was made
            continue
        fields = dict(zip(COLUMNS, texts, strict=True))
        yield {
            "num": num,
            "id": name,
            "title": _shown(known[name].question),
            "answer": _shown(short),
            "parts": [*_parts(db, num, known[name], place)],
            "planned": bool(planned),
            "said": list(said(known[name], short)),
            "question": [place[word] for word in fields.pop("question").split()],
            "also": [
                [place[word] for word in line.split()] for line in fields.pop("also").splitlines()
            ],
        } | {
            column: _steps(place[word] for word in text.split()) for column, text in fields.items()
        }


def _parts(
    db: sqlite3.Connection, num: int, entry: Entry | Planned, place: dict[str, int]
) -> Iterator[dict]:
    """The parts that a question may lead to: how each is asked, and which words it holds."""
    rows = db.execute(
        "SELECT place, id, asked, words FROM passages JOIN parts USING (num, place) "
        "WHERE num = ? ORDER BY place",
        (num,),
    )
    for number, name, asked, held in rows:
        part = entry.answer.parts[number]
        yield {
            "id": name,
            "title": _shown(part.title),
            "said": [words.clean(text) for text in (part.title, *part.asked)],
            "asked": [
                [place[word] for word in line.split() if word in place]
                for line in asked.splitlines()
            ],
            "words": _steps({place[word] for word in held.split() if word in place}),
        }


def _shown(text: str) -> str:
    """A text as the terminal shows it: without marks, its maths as signs."""
    return "".join(span.text for span in inline(" ".join(text.split()))).strip()


def _steps(numbers: Iterable[int]) -> list[int]:
    """Sorted numbers as differences, which compress better."""
    found = sorted(numbers)
    return [*found[:1], *(after - before for before, after in pairwise(found))]


def _lists() -> dict[str, object]:
    return {
        "stop": sorted(lists.STOP),
        "negations": sorted(lists.NEGATIONS),
        "common": sorted(lists.COMMON),
        "loss": sorted(lists.LOSS_WORDS),
        "score": sorted(lists.SCORE_WORDS),
        "short": sorted(lists.SHORT_PARTS),
        "units": sorted(lists.UNITS),
        "keep": lists.KEEP,
        "suffixes": lists.SUFFIXES,
        "classes": words.CLASSES + words.VOCABULARIES,
        "longText": words.LONG_TEXT,
        "maxLines": words.MAX_LINES,
        "maxLine": words.MAX_LINE,
        "maxWord": words.MAX_WORD,
        "patterns": {name: pattern_in_js(one) for name, one in _patterns().items()},
    }


def _patterns() -> dict[str, str]:
    return {"token": words.TOKEN, "parts": words.PARTS, "telling": words.TELLING}


def _query() -> dict[str, object]:
    return {
        "plainWord": spelling.PLAIN_WORD,
        "mostMended": spelling.MOST,
        "few": query.FEW,
        "far": query.FAR,
        "maxStems": query.MAX_STEMS,
        "background": query.BACKGROUND,
        "shareOfCommon": query.SHARE_OF_COMMON,
        "ofCommon": query.OF_COMMON,
        "ofOthers": query.OF_OTHERS,
    }


def _signals() -> dict[str, object]:
    return {
        "columns": COLUMNS,
        "columnWeights": signals.COLUMN_WEIGHTS,
        "worth": signals.WORTH,
        "candidates": signals.CANDIDATES,
        "maxTerms": signals.MAX_TERMS,
        "near": signals.NEAR,
        "exact": signals.EXACT,
        "compared": signals.COMPARED,
        "shareOfSigns": signals.SHARE_OF_SIGNS,
        "everyday": signals.EVERYDAY,
        "telling": signals.TELLING,
        "inOrder": signals.IN_ORDER,
        "grams": signals.GRAMS,
        "scope": signals.SCOPE,
        "alike": signals.ALIKE,
    }


def _grams() -> dict[str, object]:
    return {
        "sizes": grams.SIZES,
        "longest": grams.LONGEST,
        "most": grams.MOST,
        "damping": grams.DAMPING,
        "whole": grams.WHOLE,
        "rare": grams.RARE,
        "mostEntries": grams.MOST_ENTRIES,
        "few": grams.FEW,
        "usual": grams.USUAL,
    }
