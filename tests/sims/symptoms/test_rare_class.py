"""The metrics of a search for a rare class, against scikit-learn's."""

import pytest
from sims.symptoms.rare_class import rare_class
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from dlfaq.sim import Replicates
from sims.symptoms import rare_class as module


def test_auc_and_balanced_accuracies_are_those_of_scikit_learn(monkeypatch):
    """Replicate 1, with the network and the data as the simulation left them."""
    kept = {}

    def keeping(net, data, order, **given):
        kept.update(net=net, data=data)
        return train(net, data, order, **given)

    train = module.train
    monkeypatch.setattr(module, "train", keeping)
    found = rare_class(Replicates("rare_class", range(2)), steps=100)
    x, y = kept["data"].test_part
    p = kept["net"](x)[1].detach().double().softmax(-1)[:, 1].numpy()
    label, share = y[1].numpy(), kept["data"].y[1].double().mean().item()
    assert found["auc"][1].item() == pytest.approx(roc_auc_score(label, p), abs=1e-4)
    assert found["lowered"][1].item() == pytest.approx(
        balanced_accuracy_score(label, p > share), abs=0.01
    )
    assert found["balanced"][1].item() == pytest.approx(balanced_accuracy_score(label, p > 0.5))
    assert found["majority"][1].item() == pytest.approx(1 - label.mean())
