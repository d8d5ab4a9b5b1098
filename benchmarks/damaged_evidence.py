"""Damage evidence files at random, and see that each is refused or says what its numbers say.

python benchmarks/damaged_evidence.py [--files 10000] [--seed 0] [--root .]

Each round takes a recorded file and damages its bytes (some change, go, come twice, or the end is
missing) or its values (one becomes another, one goes, two change places, a key comes twice, numbers
and words get what fits their place). `dlfaq check`'s reading of it may end in two ways only: a
problem with a message, or evidence whose every outcome and verdict follows from its numbers, which
is decided here by a few lines that share nothing with the engine's.
"""

import argparse
import ast
import dataclasses
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dlfaq.evidence.file import read
from dlfaq.evidence.stale import stale
from dlfaq.knowledge.load import load_faq

HERE = Path(__file__).parents[1]
BY = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
ODD = [
    *(None, True, False, 0, 1, -1, 2, 0.5, -1e308, 1e308, 10**400, "", "holds", "fails"),
    *("inconclusive", "verified", "refuted", "vacuous", "overstated", "mean", "all", [], {}),
    *([1, 2], [None, None], "\ud800", "NaN", 1e-320, 32, 33),
]


def compares(left: float | None, sign: str, right: float | None) -> bool:
    """Whether `left < right` and the like; nothing is known of an open end."""
    if left is None or right is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def truth(expect: str, point: Any) -> str:
    """An outcome, decided anew: each comparison of the expectation at both ends of the interval."""
    tree = ast.parse(expect.strip(), mode="eval").body
    if not isinstance(tree, ast.Compare):
        return "holds" if point.estimate == 1 and point.interval == (1, 1) else "fails"
    parts = [tree.left, *tree.comparators]
    held, broken = [], []
    for left, sign, right in zip(parts, tree.ops, parts[1:], strict=False):
        quantity_is_left = isinstance(left, ast.Call) and left.func.id in {
            *("mean", "median", "gmean", "fraction")
        }
        word = BY[type(sign)] if quantity_is_left else BY[type(sign)].translate({60: 62, 62: 60})
        bound = point.high if "<" in word else point.low
        assert quantity_is_left or isinstance(right, ast.Call)
        ends = [compares(end, word, bound) for end in point.interval]
        against = [end is not None and not compares(end, word, bound) for end in point.interval]
        held.append(ends[1] if "<" in word else ends[0])
        broken.append(against[0] if "<" in word else against[1])
    return "fails" if any(broken) else "holds" if all(held) else "inconclusive"


def false_statements(evidence: Any) -> list[str]:
    """What evidence states although its numbers say otherwise."""
    wrong = []
    for name, claim in evidence.claims.items():
        outcomes = {}
        for kind in ("own", "holds_under", "fails_under"):
            sides = {"": claim.own} if kind == "own" else getattr(claim, kind)
            for condition, side in sides.items():
                said = [truth(claim.expect, point) for point in side.points]
                if said != [point.outcome for point in side.points]:
                    wrong.append(f"{name}: {kind} {condition}: a point")
                whole = next((one for one in ("fails", "inconclusive") if one in said), "holds")
                if whole != side.outcome or not said:
                    wrong.append(f"{name}: {kind} {condition}")
                outcomes.setdefault(kind, []).append(whole)
        own, holds, fails = (outcomes.get(k, []) for k in ("own", "holds_under", "fails_under"))
        if not fails:
            wrong.append(f"{name}: no control")
        verdict = "verified"
        if "inconclusive" in [*own, *holds, *fails]:
            verdict = "inconclusive"
        if own == ["holds"] and "fails" in holds:
            verdict = "overstated"
        if own == ["holds"] and "holds" in fails:
            verdict = "vacuous"
        if own == ["fails"]:
            verdict = "refuted"
        if verdict != claim.verdict:
            wrong.append(f"{name}: {claim.verdict}, and it is {verdict}")
    return wrong


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        keys = one.keys() if isinstance(one, dict) else range(len(one))
        for key in keys:
            found.append((one, key))
            if isinstance(one[key], dict | list):
                waiting.append(one[key])
    return found


def damage_bytes(whole: bytes, chance: random.Random) -> bytes:
    """Change a few bytes, as a disk or an editor would."""
    raw = bytearray(whole)
    start = chance.randrange(len(raw))
    stop = min(len(raw), start + chance.randrange(1, 200))
    match chance.randrange(5):
        case 0:
            for _ in range(chance.randrange(1, 9)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        case 1:
            del raw[start:stop]
        case 2:
            raw[start:start] = raw[start:stop]
        case 3:
            del raw[start:]
        case _:  # one digit for another: most likely to be JSON still
            digits = [i for i in range(len(raw)) if chr(raw[i]).isdigit()]
            for _ in range(chance.randrange(1, 5)):
                raw[chance.choice(digits)] = ord(chance.choice("0123456789.e-"))
    return bytes(raw)


def damage_values(whole: bytes, chance: random.Random) -> bytes:
    """Change a few values: what comes out is JSON, or nearly."""
    raw = json.loads(whole)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        known = places(raw)
        node, key = chance.choice(known)
        other, place = chance.choice(known)
        match chance.randrange(7):
            case 0:
                node[key] = chance.choice(ODD)
            case 1:
                del node[key]
            case 2:
                node[key] = json.loads(json.dumps(other[place]))
            case 3 if isinstance(node, dict):
                node[f"{key}x"] = node.pop(key)
            case 4:  # a word for another of its kind
                words = [place for place in known if place[1] in {"outcome", "verdict"}]
                node, key = chance.choice(words)
                node[key] = chance.choice(ODD[12:19])
            case _:  # a number for another
                numbers = [p for p in known if type(p[0][p[1]]) in {int, float}]
                node, key = chance.choice(numbers)
                node[key] = node[key] * chance.choice([-1, 0, 0.1, 0.9, 1.1, 10]) + chance.choice(
                    [0, 0, 1, -1]
                )
    text = json.dumps(raw, indent=1, sort_keys=True)
    if chance.randrange(20) == 0:
        lines = text.splitlines()
        lines.insert(chance.randrange(len(lines)), chance.choice(lines))
        text = "\n".join(lines)
    if chance.randrange(40) == 0:
        text = text.replace(chance.choice(["1", "0.", "null"]), chance.choice(["NaN", "1e999"]), 1)
    if chance.randrange(200) == 0:
        text = "[" * 200_000
    return text.encode("utf-8", "surrogatepass")


def main() -> int:
    """Print what became of the files; exit code 1 if one was misread or ended in a traceback."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--root", type=Path, default=HERE)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - damage, not secrets
    faq = load_faq(options.root)
    entries = [
        entry for entry in faq.entries if (faq.root / "evidence" / f"{entry.id}.json").exists()
    ]
    became, failed, slowest = Counter(), [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(faq.root / "sims", root / "sims")
        (root / "evidence").mkdir()
        for number in range(options.files):
            entry = chance.choice(entries)
            whole = (faq.root / "evidence" / f"{entry.id}.json").read_bytes()
            damage = chance.choice([damage_bytes, damage_values, damage_values])
            for before in (root / "evidence").iterdir():
                before.unlink()
            path = root / "evidence" / f"{entry.id}.json"
            path.write_bytes(damage(whole, chance))
            start = time.perf_counter()
            try:
                evidence = read(root, entry.id)
            except ValueError as error:
                became["refused, with a line" if error.line else "refused"] += 1
                str(error).encode("utf-8")
                continue
            except BaseException as error:  # noqa: BLE001 - this is what must not happen
                failed.append(f"file {number}: {type(error).__name__}: {error}")
                continue
            finally:
                slowest = max(slowest, time.perf_counter() - start)
            failed += [f"file {number}: {said}" for said in false_statements(evidence)]
            one = dataclasses.replace(faq, root=root, entries=(entry,))
            problems = stale(one)
            became["read; check reports it" if problems else "read, and true"] += 1
    for what, count in became.most_common():
        print(f"{count:>6} {what}")
    print(f"{len(failed):>6} ended in a traceback, or state what their numbers do not say")
    print("\n".join(failed[:20]))
    print(f"slowest to read: {slowest:.2f} s")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
