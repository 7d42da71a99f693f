"""The reviewers' desk: corrections, duplicates, splits, strokes, views, second opinions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from serve.client import claim, decide, signed_in
from serve.conftest import Site
from streetaudit.structures.case import CaseState, Decision


def shown(site: Site, index: int = 0, name: str = "mei") -> dict[str, Any]:
    found: dict[str, Any] = signed_in(site.app, name).get(f"/api/v1/cases/{site.cases[index]}").json()
    return found


def test_a_box_and_a_place_set_right_stand_in_the_case(site: Site) -> None:
    mei, before = signed_in(site.app), shown(site)
    place = {"lat": 36.8101, "lon": 118.0501, "error_m": 2.0}
    box = {"sighting": before["views"][0]["sighting"], "xyxy": [10.0, 20.0, 200.0, 150.0]}
    answer = decide(mei, before["case"], place=place, box=box, problem="litter")
    assert answer.status_code == 200, answer.text
    case = answer.json()["case"]
    assert (case["state"], case["problem"], case["place"]["method"]) == ("confirmed", "litter", "given")
    assert case["cell"] == "370303001002"  # the city was asked again
    correction = site.store.reviews(site.cases[0])[-1].correction
    assert correction is not None
    assert correction.corrected_box == (10.0, 20.0, 200.0, 150.0)
    assert mei.post("/api/v1/undo").json()["case"]["problem"] == before["case"]["problem"]


@pytest.mark.parametrize(
    ("decision", "more"),
    [
        pytest.param("defer", {"problem": "litter"}, id="problem-of-a-deferral"),
        pytest.param("dismiss", {"reason": "permitted", "box": "own"}, id="box-of-a-permitted-thing"),
        pytest.param("confirm", {"box": "outside"}, id="box-outside-the-picture"),
        pytest.param("confirm", {"box": "nobody"}, id="box-on-another-case"),
        pytest.param("confirm", {"place": {"lat": 91, "lon": 0, "error_m": 1}}, id="no-place"),
        pytest.param("duplicate", {}, id="duplicate-of-nothing"),
        pytest.param("confirm", {"duplicate_of": str(UUID(int=1))}, id="confirmed-duplicate"),
    ],
)
def test_what_does_not_go_together_is_refused(site: Site, decision: str, more: dict[str, Any]) -> None:
    mei, before = signed_in(site.app), shown(site)
    own = before["views"][0]["sighting"]
    boxes = {
        "own": {"sighting": own, "xyxy": [1, 1, 9, 9]},
        "outside": {"sighting": own, "xyxy": [1, 1, 1e6, 9]},
        "nobody": {"sighting": str(UUID(int=3)), "xyxy": [1, 1, 9, 9]},
    }
    body = {**more, **({"box": boxes[more["box"]]} if "box" in more else {})}
    assert decide(mei, before["case"], decision, **body).status_code == 422
    assert site.store.reviews(site.cases[0]) == []


def test_a_duplicate_points_to_its_case_and_comes_back_with_undo(site: Site) -> None:
    mei = signed_in(site.app)
    one, other = shown(site, 0)["case"], shown(site, 5)["case"]
    answer = decide(mei, one, "duplicate", duplicate_of=other["id"])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["case"]["state"], answer.json()["case"]["duplicate_of"]) == ("duplicate", other["id"])
    again = decide(mei, one, "duplicate", duplicate_of=other["id"])  # the answer was lost, the browser tries again
    assert again.status_code == 200
    assert len(site.store.reviews(site.cases[0])) == 1
    assert decide(signed_in(site.app, "otto"), one, "confirm").status_code == 409
    assert mei.post("/api/v1/undo").json()["case"]["state"] == "candidate"


def test_a_case_is_split_on_its_page_and_made_one_again(site: Site) -> None:
    mei = signed_in(site.app)
    index = next(i for i, case in enumerate(site.cases) if len(site.store.sightings(case)) > 1)
    one = site.store.sightings(site.cases[index])[0]
    before = site.store.count()
    answer = mei.post(f"/cases/{site.cases[index]}/split", data={"sightings": [str(one.id)]})
    assert answer.status_code == 303
    new = UUID(answer.headers["location"].rpartition("/")[2])
    assert [seen.id for seen in site.store.sightings(new)] == [one.id]
    assert mei.get(answer.headers["location"]).status_code == 200
    everything = [str(seen.id) for seen in site.store.sightings(site.cases[index])]
    refused = mei.post(f"/api/v1/cases/{site.cases[index]}/split", json={"sightings": everything})
    assert refused.status_code == 422
    assert mei.post("/api/v1/undo").status_code == 200
    assert site.store.count() == before


def test_one_stroke_is_taken_back_by_one_undo(site: Site) -> None:
    mei = signed_in(site.app)
    cases = [shown(site, i)["case"] for i in range(4)]
    body = {
        "cases": [{"id": case["id"], "expected_version": case["version"]} for case in cases[:3]]
        + [{"id": cases[3]["id"], "expected_version": 99}],
        "decision": "dismiss",
        "reason": "permanent_fixture",
    }
    assert mei.post("/api/v1/bulk", json=body).json() == {
        "decided": [case["id"] for case in cases[:3]],
        "changed": [cases[3]["id"]],
    }
    assert site.store.counts()[CaseState.DISMISSED] == 3
    decide(signed_in(site.app, "otto"), shown(site, 1)["case"], "confirm")  # built upon: stays
    assert mei.post("/api/v1/undo").status_code == 200
    states = [shown(site, i)["case"]["state"] for i in range(4)]
    assert states == ["candidate", "confirmed", "candidate", "candidate"]
    assert mei.post("/api/v1/undo").status_code == 404


def test_the_bulk_page_shows_what_it_bulks(site: Site) -> None:
    mei, case = signed_in(site.app), shown(site)["case"]
    place = case["place"]
    html = mei.get("/bulk", params={"near": f"{place['lat']},{place['lon']},30"}).text
    assert f'data-id="{case["id"]}" data-version="{case["version"]}"' in html
    assert html.count('class="bulk-card"') < site.store.count()
    assert mei.get("/bulk", params={"near": "nowhere"}).status_code == 422
    assert "No open case" in mei.get("/bulk", params={"camera": "nobody"}).text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("camera=patrol-07", 17, id="camera"),
        pytest.param("camera=patrol", 0, id="whole-name-of-a-camera"),
        pytest.param("cell=370303", 17, id="cell"),
        pytest.param("cell=70303", 0, id="beginning-of-a-cell"),
        pytest.param("night=2026-11-24", 16, id="tonight"),
        pytest.param("night=2026-11-22", 0, id="another-night"),
        pytest.param("confidence=0.9-1", 2, id="confidence"),
    ],
)
def test_filters_of_list_and_queue(site: Site, query: str, count: int) -> None:
    mei = signed_in(site.app)
    assert f"{count} match" in mei.get(f"/cases?state=&problem=&since=&q=&{query}").text
    page = mei.get(f"/queue?state=&problem=&since=&q=&{query}")
    assert page.status_code == 200
    assert ('"first": null' in page.text) == (count == 0)


def test_views_are_ones_own(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    assert mei.post("/views", data={"name": "Gate 3", "query": "camera=gate-3"}).status_code == 303
    assert 'href="/cases?camera=gate-3">Gate 3' in mei.get("/cases").text
    assert 'href="/queue?camera=gate-3">Gate 3' in mei.get("/queue").text
    view = site.store.views("mei")[0]
    otto.post(f"/views/{view.id}/delete")
    assert site.store.views("mei") == [view]
    assert "Gate 3" not in otto.get("/cases").text
    mei.post(f"/views/{view.id}/delete")
    assert site.store.views("mei") == []
    for number in range(51):
        status = mei.post("/views", data={"name": f"v{number}", "query": "q=x"}).status_code
    assert status == 422


def test_a_second_opinion_is_blind_and_changes_nothing(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    first = claim(mei)["case"]
    decide(mei, first, "dismiss", reason="permitted", note="it is allowed here")
    assert mei.post("/api/v1/queue/second").status_code == 204  # never of one's own
    second = otto.post("/api/v1/queue/second")
    assert (second.json()["case"]["id"], second.json()["second"]) == (first["id"], True)
    assert "permitted" not in second.text.replace('"permitted":', "")
    assert "mei" not in second.text
    path = f"/api/v1/cases/{first['id']}/opinion"
    assert mei.post(path, json={"decision": "confirm"}).status_code == 409
    assert otto.post(path, json={"decision": "confirm"}).status_code == 204
    assert otto.post(path, json={"decision": "confirm"}).status_code == 409
    case = site.store.case(UUID(first["id"]))
    assert case is not None
    assert case.state is CaseState.DISMISSED
    assert [(said.reviewer, said.agrees) for said, _ in site.store.disagreements()] == [("otto", False)]
    site.time.pass_s(1)
    decide(otto, {**first, "version": case.version}, "confirm")
    assert site.store.disagreements() == []


def test_gold_cases_are_asked_of_everybody_but_their_maker(site: Site) -> None:
    site.store.set_gold(site.cases[2], Decision.CONFIRM, by="otto")
    assert site.store.next_for_second("otto") is None
    asked = site.store.next_for_second("mei")
    assert asked is not None
    assert asked.id == site.cases[2]
    said = site.store.give_opinion(site.cases[2], reviewer="mei", decision=Decision.DISMISS, reason="not_there")
    assert said is not None
    assert (said.is_gold, said.agrees) == (True, False)
    assert site.store.disagreements() == []
    assert site.store.next_for_second("mei") is None
