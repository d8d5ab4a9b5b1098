"""An explorer: a picture a state, all on one axis, and only states that can be reached."""

import json
from xml.etree import ElementTree

from tests.site.figures.test_claim import counted, evidence, point, side

from dlfaq.site.figures.claim import LEFT, RIGHT
from dlfaq.site.figures.explorer import OWN, UNDER, draw_explorer, frames_of
from dlfaq.site.safe import allowed


def swept(estimate, fails=(), values=(10, 100, 1000)):
    """A sweep over classes, each with its estimate; it fails at some."""
    return side(
        *(
            point(
                estimate * place,
                ends=(0.9 * estimate * place, 1.1 * estimate * place),
                outcome="fails" if value in fails else "holds",
                at={"classes": value, "lr": 0.1},
            )
            for place, value in enumerate(values, 1)
        )
    )


WHOLE = evidence(swept(0.3), {"longer": swept(0.4)}, {"raw-data": swept(3.0, (10, 100, 1000))})


def frames(found):
    return frames_of(found, lambda name: name.replace("-", " "))


def test_a_picture_for_each_value_under_each_condition():
    """What never changes is no state."""
    states = [state for state, _, _ in frames(WHOLE)]

    assert states[0] == {"classes": 10, UNDER: OWN}
    assert {state[UNDER] for state in states} == {OWN, "longer", "raw data"}
    assert len(states) == 9
    assert all("lr" not in state for state in states)


def test_what_cannot_be_turned_has_no_explorer():
    """A single point, what holds in every replicate, a sweep with holes."""
    assert frames(evidence(side(point()))) == []
    assert frames(evidence(side(counted(at={"a": 1}), counted(at={"a": 2})))) == []
    holes = [point(at={"a": 1, "b": 1}), point(at={"a": 1, "b": 2}), point(at={"a": 2, "b": 1})]
    assert frames(evidence(side(*holes))) == []


def test_a_condition_that_was_measured_elsewhere_is_left_out():
    found = frames(evidence(swept(0.3), {"longer": swept(0.4, values=(10,))}))

    assert [state for state, _, _ in found] == [{"classes": n} for n in (10, 100, 1000)]


def test_the_first_picture_is_shown_and_each_says_what_came_of_it():
    """The dot lies in its band where the prediction holds, and outside where it must fail."""
    markup = draw_explorer(frames(WHOLE), "try")
    assert allowed(markup).replace(" />", "/>") == markup
    tree = ElementTree.fromstring(markup)
    groups = [one for one in tree.iter("g") if "dl-frame" in one.get("class")]
    assert [one.get("class") == "dl-frame" for one in groups] == [True] + [False] * 8
    for group in groups:
        state = json.loads(group.get("data-at"))
        must = state[UNDER] == "raw data"
        assert ("fails, as it must" in group.find("desc").text) == must
        band = group.find("rect")
        right = float(band.get("x")) + float(band.get("width"))
        assert LEFT <= right <= RIGHT
        if not must:
            assert float(group.findall("circle")[-1].get("cx")) < right
    assert tree.find("p").text == "classes 10, under its own setting"
