"""Early stopping where its answer is known."""

import torch
from sims.optimization.noisy_labels import noisy_labels

from dlfaq.sim import Replicates


def sim(**given):
    return noisy_labels(Replicates("noisy_labels", range(4)), **given)


def test_with_one_look_all_answers_agree():
    """Best, last and stopped are the one network that was looked at."""
    measured = sim(steps=20, every=20)

    assert torch.equal(measured["best"], measured["end"])
    assert torch.equal(measured["stopped"], measured["end"])
    assert measured["best_step"].tolist() == [20] * 4


def test_endless_patience_keeps_the_lowest_loss():
    """If it never gives up, the network kept is the one of the best step."""
    measured = sim(steps=100, every=10, patience=1000)
    looks = (measured["best_step"] / 10 - 1).long()

    assert torch.equal(measured["stopped"], measured["accuracy"].gather(1, looks[:, None])[:, 0])


def test_early_stopping_equals_a_plain_loop():
    """The vectorized rule against the loop everybody writes."""
    watched = sim(steps=300, every=10, patience=2)
    # the loop sees prefixes: the run of n looks is the start of the longer run
    for i in range(4):
        best, waited, kept = None, 0, None
        for look in range(1, 31):
            step = int(_best_step(look * 10)[i])
            if step == look * 10:
                best, waited, kept = step, 0, look - 1
            else:
                waited += 1
            if waited >= 2:
                break
        assert best is not None
        assert watched["stopped"][i] == watched["accuracy"][i, kept]


_CACHE = {}


def _best_step(steps):
    if steps not in _CACHE:
        _CACHE[steps] = sim(steps=steps, every=10)["best_step"]
    return _CACHE[steps]


def test_right_labels_need_no_replacement():
    """With wrong=0 nothing reads the replacement labels, a tenth of which are right by chance."""
    clean, noisy = sim(wrong=0.0, steps=100, every=100), sim(wrong=1.0, steps=100, every=100)

    assert (clean["end"] > 0.7).all()
    assert (noisy["end"] < 0.3).all()
