"""Real processes: what ranks return, how they fail, and that none is left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import distributed

from dlfaq.sim.processes import RankError, run_ranks


def _sum(x):
    total = x * (distributed.get_rank() + 1)
    distributed.all_reduce(total)
    return distributed.get_rank(), total, torch.get_num_threads(), os.getpid()


def _fail(rank, how):
    if distributed.get_rank() == rank:
        if how == "raise":
            message = "no such weight"
            raise LookupError(message)
        if how == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
    distributed.barrier()


def _pids_then_hang(file):
    Path(f"{file}.{distributed.get_rank()}").write_text(f"{os.getpid()} {os.getppid()}")
    if distributed.get_rank() == 0:
        time.sleep(60)
    distributed.barrier()  # the other hangs within gloo


def _gradient(weight, x):
    weight.requires_grad_()
    (x @ weight).square().sum().backward()
    distributed.all_reduce(weight.grad)
    return weight.grad


def _nested(x):
    return run_ranks(_sum, 2, x)


def _big(n):
    return torch.ones(n)


def test_ranks_talk_and_answer_in_order():
    """Each has its number, one thread and a process of its own; the sum is everyone's."""
    results = run_ranks(_sum, 3, torch.tensor([1.0, 10.0]))

    assert [rank for rank, *_ in results] == [0, 1, 2]
    assert all(torch.equal(total, torch.tensor([6.0, 60.0])) for _, total, *_ in results)
    assert {threads for *_, threads, _ in results} == {1}
    assert len({pid for *_, pid in results} | {os.getpid()}) == 4


def test_one_rank_is_enough():
    """A group of one sums to itself."""
    assert torch.equal(run_ranks(_sum, 1, torch.ones(2))[0][1], torch.ones(2))


def test_autograd_works_on_ranks_whatever_the_caller_did():
    """A forked process can lose autograd if its parent used it; the ranks' parent never does."""
    weight = torch.ones(2, dtype=torch.float64, requires_grad=True)
    x = torch.tensor([[1.0, 2.0]], dtype=torch.float64)
    (x @ weight).square().sum().backward()

    for gradient in run_ranks(_gradient, 2, weight.detach(), x):
        assert torch.equal(gradient, 2 * weight.grad)


def test_large_results_pass():
    """More than a pipe holds."""
    assert [len(one) for one in run_ranks(_big, 2, 1_000_000)] == [1_000_000] * 2


def test_an_error_names_the_rank_and_the_line():
    """One exception says it; the ranks that wait for the broken one are stopped."""
    start = time.monotonic()
    with pytest.raises(
        RankError,
        match=r"rank 1 of 3: LookupError: no such weight \(line \d+ of test_processes.py\)$",
    ):
        run_ranks(_fail, 3, 1, "raise")
    assert time.monotonic() - start < 10


def test_a_death_is_told_as_such():
    """Not as the broken connections that it causes."""
    with pytest.raises(RankError, match=r"^rank 2 of 3: killed by SIGKILL$"):
        run_ranks(_fail, 3, 2, "die")


def test_time_is_limited():
    """Those that hang, and those that wait for them, are named."""
    start = time.monotonic()
    with pytest.raises(RankError, match=r"^rank 0, 1 of 2 did not end within 1 s$"):
        run_ranks(_fail, 2, 0, "hang", limit=1.0)
    assert time.monotonic() - start < 10
    assert len(run_ranks(_sum, 2, torch.ones(1))) == 2  # and the next call is none the worse


def test_ranks_need_a_function_they_can_import():
    """A lambda or an inner function exists in one process alone."""
    with pytest.raises(ValueError, match="must stand at the top level of a file"):
        run_ranks(lambda: None, 2)
    with pytest.raises(ValueError, match="at least one rank"):
        run_ranks(_sum, 0)


def test_a_rank_starts_no_ranks():
    """A script that calls it when imported would start processes without end."""
    with pytest.raises(
        RankError, match="ValueError: a rank cannot start ranks; is the call under `if __name__"
    ):
        run_ranks(_nested, 2, torch.ones(1))


def test_calls_side_by_side():
    """Threads take turns; no ports or files are shared."""
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda n: run_ranks(_sum, 2, torch.full((1,), n)), range(4)))
    assert [int(one[0][1]) for one in results] == [0, 3, 6, 9]


CALLER = """
import sys, torch
sys.path.insert(0, {folder!r})
from test_processes import _pids_then_hang, _sum
from dlfaq.sim.processes import run_ranks
if __name__ == "__main__":
    run_ranks(_sum, 2, torch.ones(1))
    run_ranks(_pids_then_hang, 2, {file!r})
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look processes up in")
@pytest.mark.parametrize("victim", ["caller", "nursery"])
def test_no_process_is_left_behind(victim, tmp_path):
    """Whoever is killed without warning, all that it started ends."""
    file = str(tmp_path / "pids")
    script = tmp_path / "caller.py"
    script.write_text(CALLER.format(folder=str(Path(__file__).parent), file=file))
    with subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE) as caller:
        files = [Path(f"{file}.{rank}") for rank in range(2)]
        _until(lambda: all(one.exists() and " " in one.read_text() for one in files))
        ranks = [int(one.read_text().split()[0]) for one in files]
        nursery = int(files[0].read_text().split()[1])
        os.kill(caller.pid if victim == "caller" else nursery, signal.SIGKILL)
        _until(lambda: not any(map(_lives, [*ranks, nursery])))
        errors = caller.communicate()[1].decode()
    assert caller.returncode == (-signal.SIGKILL if victim == "caller" else 1)
    if victim == "nursery":
        assert "the process that starts ranks ended" in errors


def _until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False
