"""Hold out what was written or tuned with some queries at hand: for `ask_quality.py --folds`.

The thesaurus was extended while reading real queries, so a rule may fit one of them only. In each
fold a form of a rule stays if a query of the other folds uses it, or if no query does, or if it
stands in a list of askers' words that was there before; then the weights are fitted to the FAQ's
own phrasings and the other folds, the limit to the other folds, and the fold is asked.
"""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from unittest import mock

from ask_fit import elsewhere, fit, limited, phrasings, real

from dlfaq.ask.build import thesaurus
from dlfaq.ask.build.index import build
from dlfaq.ask.rank import NONE, ask
from dlfaq.ask.schema import connect
from dlfaq.ask.words import canonical, ngrams, stems

REACH = 60
Queries = Sequence[tuple[str, Sequence[str]]]


def held_out(
    root: Path, queries: Queries, folds: int, given: Sequence[str] = ()
) -> dict[str, tuple[list[str], bool]]:
    """Ask every query of a ranker that never saw it.

    Args:
        root: The FAQ.
        queries: Each with the entries that answer it.
        folds: How many parts they are cut into.
        given: Lines of askers' words that no query of these was needed for.

    Returns:
        For each text the ids, best first, and whether it was not refused.
    """
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(folds):
            test, train = (
                list(queries[fold::folds]),
                [one for i, one in enumerate(queries) if i % folds != fold],
            )
            rules = thesaurus.compile_rules(allowed(train, test, given))
            path = Path(folder) / f"{fold}.sqlite"
            with mock.patch.object(thesaurus, "compiled", lambda rules=rules: rules):
                build(root, path, {}, anew=True)
            asked = real(path, train)
            tuning = limited(asked, fit([*phrasings(path), *elsewhere(path)], asked))
            with closing(connect(path)) as db:
                for text, _ in test:
                    answer = ask(db, text, REACH, tuning)
                    names = [one.id for one in answer.results]
                    found[text] = (names, answer.confidence != NONE)
    return found


def allowed(train: Queries, test: Queries, given: Sequence[str] = ()) -> str:
    """The thesaurus without the forms that only queries of the test fold use."""
    same = thesaurus.compiled().same
    known, asked = ([text for text, _ in one] for one in (train, test))
    seen = [runs(one, same) for one in ([*known, *given], asked)]
    lines = []
    for line in thesaurus.FILE.read_text("utf-8").splitlines():
        rule = line.split("#")[0].strip()
        mark = "=>" if "=>" in rule else " = "
        if mark not in rule:
            continue
        if mark == "=>":
            left, _, right = rule.partition("=>")
            forms = [one for one in left.split(" | ") if stays(one.split(" + "), seen, same)]
            lines += [f"{' | '.join(forms)} => {right}"] if forms else []
        else:
            first, *others = rule.split(" = ")
            forms = [one for one in others if stays([one], seen, {})]
            lines += [" = ".join([first, *forms])] if forms else []
    return "\n".join(lines)


def runs(texts: Iterable[str], same: dict[str, str]) -> list[frozenset[str]]:
    """Every run of words of each text, as written and as the thesaurus reads them."""
    found = []
    for text in texts:
        words = stems(text)
        found.append(
            frozenset(run for one in (words, canonical(words, same)) for _, _, run in ngrams(one))
        )
    return found


def stays(
    parts: Sequence[str], seen: Sequence[Sequence[frozenset[str]]], same: dict[str, str]
) -> bool:
    """Is it used by a query of the other folds, or by none at all?"""
    wanted = {" ".join(canonical(stems(part), same)) for part in parts}
    in_train, in_test = (any(wanted <= one for one in fold) for fold in seen)
    return in_train or not in_test
