"""The search for a cut on networks written out, and as printed on the page."""

from typing import get_args, get_type_hints

import pytest
import torch
from sims.symptoms.graph_cuts import KINDS, graph_cuts
from sims.symptoms.hard_middle import Step, hard_middle
from tests.sims.printed import defined, part_code, step_code
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from dlfaq.sim import Replicates
from dlfaq.sim.cuts import Tuples, cut_behind, find_cut
from dlfaq.sim.nets import mlp
from dlfaq.sim.training_data import load

NO_CUT = {"nothing", "softmax", "clone", "straight-through", "one-path", "no-grad-modules"}


class Plain(nn.Module):
    """Four layers, with an operation in `forward` behind the second."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(4))
        self.act = nn.ModuleList(nn.Tanh() for _ in range(4))
        self.kind = kind

    def forward(self, x):
        for i, (layer, act) in enumerate(zip(self.layers, self.act, strict=True)):
            x = act(layer(x))
            x = KINDS[self.kind](3 * x) if i == 1 else x
        return x


def printed_search():
    """The function that the page prints."""
    (code,) = part_code("broken-graph", "find")
    return defined(code, {"torch": torch}, until="print")["find_cut"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_names_the_module_before_the_operation(kind):
    """The library's function and the printed one; nothing where nothing is cut."""
    x = torch.randn(16, 8, generator=torch.Generator().manual_seed(1))
    for search in (find_cut, printed_search()):
        model = Plain(kind)
        cuts = kind not in NO_CUT
        found = search(model, lambda m=model: F.cross_entropy(m(x), torch.arange(16) % 8))
        assert found == ("act.1" if cuts else "")
        grads = [layer.weight.grad for layer in model.layers]
        none = kind not in {"round", "floor", "sign"}
        for grad in grads[:2] if cuts else []:
            assert grad is None if none else not grad.any()
        assert all(grad is not None and grad.any() for grad in grads[2:])


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modules_that_run_without_gradients_are_found(mode):
    """The last of them that has weights; not those frozen on purpose."""

    class Encoded(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = mlp(8, [8, 8], 8)
            self.head = nn.Linear(8, 3)

        def forward(self, x):
            with mode():
                h = self.encoder(x)
            return self.head(h.clone())

    x = torch.randn(4, 8)
    for search in (find_cut, printed_search()):
        model = Encoded()
        assert search(model, lambda m=model: m(x).square().mean()) == "encoder.4"
        model.encoder.requires_grad_(requires_grad=False)
        assert search(model, lambda m=model: m(x).square().mean()) == ""


def test_modules_that_return_tuples_are_searched():
    """Attention, whose own layer is not called, and an LSTM, whichever of its outputs is used."""
    x = torch.randn(4, 64)
    for search in (find_cut, printed_search()):
        for place in ("attend.self_attn", "read"):
            for cut, found in ((Tensor.detach, place), (torch.round, place), (Tensor.clone, "")):
                model = Tuples()

                def loss(m=model, place=place, cut=cut):
                    with cut_behind(m, place, cut):
                        return m(x).square().mean() + m.embed.weight.sum()

                assert search(model, loss) == found
        lstm = nn.LSTM(8, 8)
        assert search(lstm, lambda m=lstm: m(torch.randn(3, 2, 8))[1][0].square().mean()) == ""


def test_a_module_that_returns_a_dictionary_is_searched():
    """Such as {"h": …, "aux": …}."""

    class Named(nn.Linear):
        def forward(self, x):
            return {"h": super().forward(x), "shape": x.shape}

    class Whole(nn.Module):
        def __init__(self, *, cut):
            super().__init__()
            self.first, self.last, self.cut = Named(8, 8), nn.Linear(8, 3), cut

        def forward(self, x):
            h = self.first(x)["h"]
            return self.last(h.detach() if self.cut else h)

    for search in (find_cut, printed_search()):
        for cut, found in ((True, "first"), (False, "")):
            model = Whole(cut=cut)
            assert search(model, lambda m=model: m(torch.randn(4, 8)).square().mean()) == found


def test_a_container_is_not_named_for_its_last_part():
    """Though it has a weight of its own: the place is the module inside."""
    model = nn.Sequential(mlp(8, [8], 8), nn.Linear(8, 3))
    model[0].register_parameter("scale", nn.Parameter(torch.ones(1)))
    for search in (find_cut, printed_search()):

        def loss(m=model):
            return m[1](m[0](torch.randn(4, 8)).detach()).square().mean()

        assert search(model, loss) == "0.2"


@pytest.mark.parametrize("kind", ["nothing", "detach", "round", "argmax"])
def test_modules_that_checkpointing_runs_again_are_not_taken_for_dead_ones(kind, capsys):
    """By the search, the printed one, and the first step."""

    class Again(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Plain(kind)

        def forward(self, x):
            return checkpoint(self.inner, x, use_reentrant=False)

    x, y = torch.randn(16, 8), torch.arange(16) % 8
    place = "" if kind == "nothing" else "inner.act.1"
    for search in (find_cut, printed_search()):
        model = Again()
        assert search(model, lambda m=model: F.cross_entropy(m(x), y)) == place
    names = {"model": Again(), "x": x, "y": y, "loss_fn": F.cross_entropy, "torch": torch}
    defined(step_code("broken-graph", 0), names)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    cut = [name for name, gradient in lines if gradient in ("None", "tensor(0.)")]
    assert cut[-1:] == ([place] if place else [])


def test_no_hook_is_left():
    """A second search finds the same."""
    model = Plain("detach")
    x = torch.randn(4, 8)
    for _ in range(2):
        assert find_cut(model, lambda: model(x).square().mean()) == "act.1"
    assert not any(m._forward_hooks for m in model.modules())


def test_every_kind_can_be_asked_for():
    """The parameter's values are the table's."""
    assert set(get_args(get_type_hints(graph_cuts)["kind"])) == set(KINDS)


def test_shares_of_gradients_are_of_all_parameters():
    """An MLP of six: a detach behind the first of five modules takes two, behind the last four."""
    none = graph_cuts(Replicates("graph_cuts", range(12)), kind="detach")["none"]
    assert {round(6 * share) for share in none.tolist()} <= {2, 4}


def test_the_straight_through_step_has_hard_values_and_soft_slopes():
    """For each step."""
    h = torch.randn(5, 8, requires_grad=True)
    for step in ("sign", "round", "argmax"):
        hard, through, soft = (Step(step, one)(h) for one in ("none", "through", "soft"))
        torch.testing.assert_close(hard, through.detach())
        assert not hard.requires_grad
        weights = torch.randn(5, 8)
        slopes = [torch.autograd.grad((out * weights).sum(), h)[0] for out in (through, soft)]
        torch.testing.assert_close(*slopes)
    groups = Step("argmax", "none")(h).unflatten(-1, (-1, 4))
    assert (groups.sum(-1) == 1).all()
    assert (groups.argmax(-1) == h.unflatten(-1, (-1, 4)).argmax(-1)).all()


def test_one_network_with_a_hard_step_is_a_plain_loop():
    """Replicate 1 alone, through the step."""
    measured = hard_middle(Replicates("hard_middle", [1]), gradient="through", steps=15)
    drawn = Replicates("hard_middle", [1])
    data = load(drawn, valid=200, own=True)
    models = []

    def make():
        body, head = mlp(64, [32], 32), nn.Linear(32, 10)
        models.append(nn.Sequential(body, Step("argmax", "through"), head))
        return models[-1]

    drawn.stack("net", make)
    model = models[0]
    descent = torch.optim.AdamW(model.parameters(), lr=0.005)
    for rows in drawn.batches("batches", len(data), 32, 15)[0]:
        descent.zero_grad()
        F.cross_entropy(model(data.x[0, rows]), data.y[0, rows]).backward()
        descent.step()
    x, y = data.open_test()
    right = (model(x[0]).argmax(1) == y[0]).double().mean().item()
    assert measured["accuracy"].item() == pytest.approx(right, abs=0.01)
