"""Deciding through the API: leases, conflicts, repeats, undo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from serve.client import claim, decide, signed_in
from serve.conftest import CASES, Site
from streetaudit.structures.case import CaseState


def test_a_reviewer_empties_the_queue(site: Site) -> None:
    mei = signed_in(site.app)
    total = mei.get("/api/v1/counts").json()["waiting"]
    seen = []
    while (answer := mei.post("/api/v1/queue/claim", json={})).status_code == 200:
        case = answer.json()["case"]
        seen.append(case["id"])
        assert decide(mei, case).json()["case"]["state"] == "confirmed"
    assert answer.status_code == 204
    assert len(seen) == len(set(seen)) == total >= CASES
    counts = mei.get("/api/v1/counts").json()
    assert (counts["waiting"], counts["decided_today"]) == (0, total)


def test_two_reviewers_get_different_cases(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    first, second = claim(mei)["case"]["id"], claim(otto)["case"]["id"]
    assert first != second
    assert claim(mei)["case"]["id"] == first  # asking again is no new lease
    assert claim(mei, skip=[first])["case"]["id"] not in (first, second)  # the one to load ahead
    assert mei.get(f"/api/v1/cases/{second}").json()["holder"] == "otto"


def test_a_lease_ends_and_a_heartbeat_keeps_it(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    mine = claim(mei)["case"]["id"]
    site.time.pass_s(100)
    assert mei.post("/api/v1/queue/heartbeat", json={"cases": [mine]}).json() == {"held": [mine]}
    site.time.pass_s(100)
    assert claim(otto)["case"]["id"] != mine
    site.time.pass_s(121)
    assert claim(otto, skip=[])["case"]["id"]
    assert otto.post("/api/v1/queue/heartbeat", json={"cases": [mine]}).json() == {"held": [mine]}
    assert mei.post("/api/v1/queue/heartbeat", json={"cases": [mine]}).json() == {"held": []}


def test_leaving_the_page_gives_the_case_back(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    mine = claim(mei)["case"]["id"]
    token = mei.headers.pop("X-CSRF-Token")
    assert mei.post(f"/api/v1/cases/{mine}/release", data={"csrf": token}).status_code == 204  # as sendBeacon sends it
    assert claim(otto)["case"]["id"] == mine


def test_the_second_decision_on_the_same_version_is_a_conflict(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    case = claim(mei)["case"]
    assert decide(otto, case, "dismiss", reason="permitted", note="licence on file").status_code == 200
    answer = decide(mei, case)
    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("application/problem+json")
    current = answer.json()["current"]
    assert current["case"]["state"] == "dismissed"
    assert current["case"]["version"] == case["version"] + 1
    assert current["history"][-1]["reviewer"] == "otto"
    assert current["history"][-1]["note"] == "licence on file"
    assert len(site.store.reviews(UUID(case["id"]))) == 1


def test_a_repeated_request_is_one_decision(site: Site) -> None:
    mei = signed_in(site.app)
    case = claim(mei)["case"]
    first, again = decide(mei, case), decide(mei, case)
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(site.store.reviews(UUID(case["id"]))) == 1
    assert decide(mei, case, "defer").status_code == 409  # another decision is no repeat


def test_races_have_exactly_one_winner(site: Site) -> None:
    clients = [signed_in(site.app, name) for name in ("mei", "otto")]
    for case_id in site.cases[:8]:
        case = clients[0].get(f"/api/v1/cases/{case_id}").json()["case"]
        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(lambda client, case=case: decide(client, case).status_code, clients))
        assert sorted(statuses) == [200, 409]
        assert len(site.store.reviews(case_id)) == 1


def test_undo_takes_back_one_after_the_other(site: Site) -> None:
    mei = signed_in(site.app)
    decided = []
    for decision, more in (("confirm", {}), ("dismiss", {"reason": "not_there"}), ("defer", {})):
        case = claim(mei)["case"]
        decide(mei, case, decision, **more)
        decided.append(case["id"])
    for case_id in reversed(decided):
        back = mei.post("/api/v1/undo").json()
        assert back["case"]["id"] == case_id
        assert back["case"]["state"] == "candidate"
        assert [review["decision"] for review in back["history"]][-1] == "undo"
    assert mei.post("/api/v1/undo").status_code == 404
    assert mei.get("/api/v1/counts").json()["decided_today"] == 0


def test_nobody_undoes_what_another_decided(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    case = claim(mei)["case"]
    after = decide(mei, case).json()["case"]
    decide(otto, after, "dismiss", reason="already_clean")
    assert mei.post("/api/v1/undo").status_code == 404
    assert site.store.case(UUID(case["id"])).state is CaseState.DISMISSED  # type: ignore[union-attr]


def test_deferred_cases_wait_in_a_queue_of_their_own(site: Site) -> None:
    mei = signed_in(site.app)
    case = claim(mei)["case"]
    decide(mei, case, "defer")
    assert claim(mei)["case"]["id"] != case["id"]
    assert claim(mei, states=["deferred"])["case"]["id"] == case["id"]
    assert mei.get("/api/v1/counts").json()["deferred"] == 1


def test_claims_follow_the_chosen_problems(site: Site) -> None:
    assert claim(signed_in(site.app), problems=["illegal_ad"])["case"]["problem"] == "illegal_ad"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"decision": "dismiss"}, id="dismissal-without-a-reason"),
        pytest.param({"decision": "dismiss", "reason": "dislike"}, id="unknown-reason"),
        pytest.param({"decision": "confirm", "reason": "permitted"}, id="reason-for-a-confirmation"),
        pytest.param({"decision": "undo"}, id="undo-by-the-back-door"),
        pytest.param({"decision": "confirm", "note": "x" * 2001}, id="long-note"),
        pytest.param({"decision": "confirm", "reviewer": "otto"}, id="in-another-name"),
        pytest.param({"decision": "confirm", "expected_version": -1}, id="negative-version"),
        pytest.param({"decision": "confirm", "expected_version": 10**30}, id="huge-version"),
        pytest.param([], id="no-object"),
    ],
)
def test_malformed_decisions(site: Site, body: Any) -> None:
    mei = signed_in(site.app)
    case = claim(mei)["case"]
    sent = {"expected_version": case["version"], **body} if isinstance(body, dict) else body
    answer = mei.post(f"/api/v1/cases/{case['id']}/decision", json=sent)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert site.store.reviews(UUID(case["id"])) == []


def test_unknown_cases(site: Site) -> None:
    mei = signed_in(site.app)
    nothing = {"id": str(uuid4()), "version": 1}
    assert decide(mei, nothing).status_code == 404
    assert mei.get(f"/api/v1/cases/{nothing['id']}").status_code == 404
    assert mei.post("/api/v1/queue/heartbeat", json={"cases": [nothing["id"]]}).json() == {"held": []}
    assert mei.post(f"/api/v1/cases/{nothing['id']}/release").status_code == 204


def test_bodies_are_bounded(site: Site) -> None:
    mei = signed_in(site.app)
    answer = mei.post("/api/v1/queue/claim", content=b"[" * 200_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_the_case_page_decides_without_scripts(site: Site) -> None:
    mei = signed_in(site.app)
    case_id = site.cases[0]
    version = site.store.case(case_id).version  # type: ignore[union-attr]
    form = {"decision": "dismiss:permitted", "expected_version": str(version), "note": "seen the licence"}
    answer = mei.post(f"/cases/{case_id}/decision", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}")
    shown = mei.get(f"/cases/{case_id}").text
    assert "seen the licence" in shown
    assert "Permitted here" in shown
    late = mei.post(f"/cases/{case_id}/decision", data={**form, "decision": "confirm"})
    assert late.status_code == 409
    assert "Somebody else was first" in late.text
    assert mei.post(f"/cases/{case_id}/decision", data={**form, "decision": "dismiss"}).status_code == 422
