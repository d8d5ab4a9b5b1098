"""Units with signed weights at the ends, where the answer is certain."""

from sims.activations.negative_weights import negative_weights

from dlfaq.sim import Replicates


def test_only_negative_weights_on_positive_inputs_kill_every_unit():
    """Every pre-activation is a sum of negative numbers."""
    measured = negative_weights(Replicates("name", range(4)), negative=1.0)

    assert (measured["dead"] == 1).all()
    assert (measured["active"] == 0).all()


def test_only_positive_weights_kill_none():
    """Every pre-activation is positive."""
    measured = negative_weights(Replicates("name", range(4)), negative=0.0, inputs="relu")

    assert (measured["dead"] == 0).all()
    assert (measured["active"] == 1).all()


def test_on_centred_inputs_a_sign_is_as_good_as_the_other():
    """Half of the rows are active whatever the signs."""
    active = negative_weights(Replicates("name", range(16)), negative=1.0, inputs="centred")[
        "active"
    ]

    assert abs(active.mean() - 0.5) < 0.05
