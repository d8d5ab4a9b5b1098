"""The cache survives what happens to files, and is never the reason why something fails."""

import os
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from dlfaq.verify.store import Store, one_at_a_time, open_store

ARRAYS = {"file": np.arange(3.0), "curve": np.ones((3, 2)) / 3}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trials.sqlite"


def keep_something(path):
    with Store(path) as store:
        store.keep_measurements("key", ARRAYS, 0.5)
        store.keep_ruling("key", {"verdict": "VERIFIED", "x": 1 / 3})


def holds_something(path):
    with Store(path) as store:
        return store.measurements("key") is not None, store.ruling("key") is not None


def test_what_is_kept_comes_back_to_the_last_bit(path):
    """Measurements, whatever a metric is called, and rulings."""
    keep_something(path)
    with Store(path) as store:
        arrays, seconds = store.measurements("key")

        assert sorted(arrays) == ["curve", "file"]
        assert all(np.array_equal(arrays[name], values) for name, values in ARRAYS.items())
        assert seconds == 0.5
        assert store.ruling("key") == {"verdict": "VERIFIED", "x": 1 / 3}
        assert (store.measurements("other"), store.ruling("other")) == (None, None)


@pytest.mark.parametrize(
    "content", [b"", b"not a database" * 99, b"SQLite format 3\0" + os.urandom(5000)]
)
def test_a_damaged_file_is_begun_anew(path, content):
    """What it held is lost; from then on it works."""
    path.write_bytes(content)
    assert holds_something(path) == (False, False)
    keep_something(path)
    assert holds_something(path) == (True, True)


def test_a_file_damaged_in_the_middle_is_begun_anew(path):
    """Also if it is found out while it is used."""
    with Store(path) as store:
        for number in range(200):
            store.keep_measurements(
                f"key {number}", {"x": np.random.default_rng(number).normal(size=500)}, 0.1
            )
    raw = bytearray(path.read_bytes())
    raw[4096:] = os.urandom(len(raw) - 4096)
    path.write_bytes(raw)
    with Store(path) as store:
        assert store.measurements("key 7") is None
        store.keep_measurements("key", ARRAYS, 0.5)
    keep_something(path)
    assert holds_something(path) == (True, True)


def test_a_damaged_row_is_a_miss(path):
    """Measurements that cannot be read are measured again."""
    keep_something(path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE trials SET measurements = x'504b0304'")
        db.execute("UPDATE rulings SET ruling = '{'")
    db.close()

    assert holds_something(path) == (False, False)


def test_a_file_of_another_version_is_begun_anew(path):
    """Its tables may mean something else."""
    keep_something(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert holds_something(path) == (False, False)
    keep_something(path)
    assert holds_something(path) == (True, True)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    """And nothing fails."""
    path = tmp_path / "no such folder" / "trials.sqlite"

    keep_something(path)
    assert holds_something(path) == (False, False)


def test_while_another_process_writes_for_long_nothing_is_lost(path, monkeypatch):
    """What cannot be kept in time is not kept; the file is not taken for damaged."""
    monkeypatch.setattr("dlfaq.verify.store.BUSY", 0.1)
    keep_something(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Store(path) as store:
        store.keep_ruling("another", {})
    other.execute("COMMIT")
    other.close()

    assert holds_something(path) == (True, True)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from dlfaq.verify.store import Store
with Store(Path(sys.argv[1])) as store:
    for number in range(100):
        store.keep_measurements(f"{sys.argv[2]} {number}", {"x": np.full(100, float(number))}, 0.1)
"""


def test_two_processes_at_once(path):
    """Both keep everything, also when both make the file."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with Store(path) as store:
        for name in ("one", "two"):
            assert all(
                store.measurements(f"{name} {number}")[0]["x"][0] == number for number in range(100)
            )


def test_each_root_has_a_store_of_its_own(tmp_path, cache):
    """Two FAQs do not meet."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        with open_store(tmp_path / name) as store:
            assert store.ruling("key") is None
            store.keep_ruling("key", {})
    assert len(list(cache.glob("*/trials.sqlite"))) == 2


def test_one_at_a_time(tmp_path):
    """A second process waits for its turn."""
    script = (
        "import sys; from pathlib import Path; from dlfaq.verify.store import one_at_a_time\n"
        "with one_at_a_time(Path(sys.argv[1])):\n print('mine', flush=True)"
    )
    with one_at_a_time(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE
        )
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1)
    assert other.communicate(timeout=30)[0] == b"mine\n"


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_to_the_file_what_comes_back_is_what_was_kept(path, seed):
    """Bits flip, pages go: each answer is right or a miss."""
    rng = np.random.default_rng(seed)
    keys = [f"key {number}" for number in range(20)]
    with Store(path) as store:
        for number, key in enumerate(keys):
            store.keep_measurements(key, {"x": np.full(300, float(number))}, 0.5)
            store.keep_ruling(key, {"number": number})
    whole = path.read_bytes()
    for _ in range(25):
        raw = bytearray(whole)
        for place in rng.integers(100, len(raw), rng.integers(1, 40)):
            raw[place] ^= 1 << rng.integers(8)
        path.write_bytes(raw[: len(raw) - int(rng.integers(0, 3)) * 4096])
        with Store(path) as store:
            for number, key in enumerate(keys):
                found, ruling = store.measurements(key), store.ruling(key)
                assert found is None or (found[0]["x"] == number).all()
                assert ruling in (None, {"number": number})


def test_what_lies_under_another_key_is_a_miss(path):
    """A row answers for its own key alone."""
    keep_something(path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE trials SET key = 'other'")
        db.execute("UPDATE rulings SET key = 'other'")
    db.close()
    with Store(path) as store:
        assert (store.measurements("other"), store.ruling("other")) == (None, None)


def test_a_folder_in_place_of_the_file_is_no_reason_to_fail(path):
    """Nothing is kept then, and nothing removed."""
    (path / "inside").mkdir(parents=True)

    keep_something(path)
    assert holds_something(path) == (False, False)
    assert (path / "inside").is_dir()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_put_in_place_of_the_file_what_comes_back_is_what_was_kept(path, seed):
    """Cut, overwritten from its first byte on, swapped for another store or for something else."""
    rng = np.random.default_rng(seed)
    keys = [f"key {number}" for number in range(8)]

    def fill(where, offset):
        with Store(where) as store:
            for number, key in enumerate(keys):
                name = key if offset == 0 else f"other {key}"
                store.keep_measurements(name, {"x": np.full(300, number + offset)}, 0.5)
                store.keep_ruling(name, {"number": number + offset})
        return where.read_bytes()

    whole, other = fill(path, 0), fill(path.with_name("other.sqlite"), 100)
    journal = path.with_name(path.name + "-journal")
    for _ in range(25):
        raw = bytearray(whole)
        match rng.integers(6):
            case 0:
                del raw[int(rng.integers(len(raw))) :]
            case 1:
                start = int(rng.integers(200))
                raw[start : start + 60] = rng.bytes(60)
            case 2:
                raw = bytearray(rng.bytes(int(rng.integers(5000))))
            case 3:  # pages of another store among its own
                for page in rng.integers(1, min(len(raw), len(other)) // 4096, 3):
                    raw[page * 4096 : page * 4096 + 4096] = other[page * 4096 : page * 4096 + 4096]
            case 4:
                raw = bytearray(other)
            case _:
                journal.write_bytes(rng.bytes(int(rng.integers(2000))))
        path.write_bytes(raw)
        with Store(path) as store:
            for number, key in enumerate(keys):
                found, ruling = store.measurements(key), store.ruling(key)
                assert found is None or (found[0]["x"] == number).all()
                assert ruling in (None, {"number": number})
            store.keep_ruling("new", {"is": "kept"})
            assert store.ruling("new") in (None, {"is": "kept"})


@pytest.mark.parametrize("thing", ["fifo", "device", "link to itself", "journal is a folder"])
def test_what_is_no_file_is_a_miss(path, thing):
    """Nothing is waited for, and nothing fails."""
    match thing:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "link to itself":
            path.symlink_to(path)
        case _:
            path.with_name(path.name + "-journal").mkdir()
    keep_something(path)
    assert holds_something(path) in {(False, False), (True, True)}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_miss(path):
    """It may be somebody else's."""
    keep_something(path)
    path.chmod(0)
    assert holds_something(path) == (False, False)


@pytest.mark.parametrize("seconds", [float("inf"), -1.0])
def test_a_time_that_is_none_is_a_miss(path, seconds):
    """It would be printed as JSON."""
    keep_something(path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE trials SET seconds = ?", (seconds,))
    db.close()
    assert holds_something(path) == (False, True)
