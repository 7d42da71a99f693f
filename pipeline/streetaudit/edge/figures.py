"""What the gateway answers to those who watch over it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from streetaudit.edge.beat import camera_document, state_of
from streetaudit.edge.metrics import Page

if TYPE_CHECKING:
    from streetaudit.edge.gateway import Gateway

#: The housekeeping goes round every second; longer than this it hangs.
_HANGS_S = 30.0
_TEXT, _JSON = "text/plain; version=0.0.4", "application/json"


def figures_of(gateway: Gateway, path: str) -> tuple[int, str, str] | None:
    """Status, content type and body of a path, None for one that is not served."""
    match path:
        case "/metrics":
            return 200, _TEXT, metrics_of(gateway)
        case "/healthz":
            wrong = _sick(gateway)
        case "/readyz":
            wrong = _sick(gateway) | _unready(gateway)
        case _:
            return None
    return 503 if wrong else 200, _JSON, json.dumps({"status": "failing" if wrong else "ok", "checks": wrong}) + "\n"


def metrics_of(gateway: Gateway) -> str:
    """Every figure, in the text format of Prometheus."""
    page, now_s = Page(), gateway.parts.clock.monotonic_s()
    documents = [camera_document(camera, now_s) for camera in gateway.cameras]
    page.add(
        "camera_up", "gauge", "1 while frames come and the view is sound.",
        [({"camera": one.name, "state": one.state}, int(one.state == "live")) for one in documents],
    )  # fmt: skip
    page.add(
        "frames_total", "counter", "Pictures that cameras gave.", [({"camera": d.name}, d.frames) for d in documents]
    )
    page.add(
        "looked_at_total", "counter", "Of them, those the detector saw.",
        [({"camera": one.name}, one.looked_at) for one in documents],
    )  # fmt: skip
    page.add(
        "skipped_total", "counter", "The others, by reason.",
        [({"camera": d.name, "reason": why}, count) for d in documents for why, count in sorted(d.skipped.items())],
    )  # fmt: skip
    page.add(
        "decoder_starts_total", "counter", "Decoders started.",
        [({"camera": camera.name}, camera.live.health.starts) for camera in gateway.cameras],
    )  # fmt: skip
    page.add(
        "decoder_kills_total", "counter", "Decoders ended because they said nothing.",
        [({"camera": camera.name}, camera.live.health.kills) for camera in gateway.cameras],
    )  # fmt: skip
    page.add(
        "reports_total", "counter", "Reports made.",
        [({"camera": camera.name}, camera.watch.reported) for camera in gateway.cameras],
    )  # fmt: skip
    page.histogram("report_seconds", "From a frame to the stored report that it led to.", gateway.latency)
    _waiting(page, gateway)
    return page.text()


def _waiting(page: Page, gateway: Gateway) -> None:
    facts, disk = gateway.outbox.facts(), gateway.disk.facts
    page.add("detector_queue", "gauge", "Cameras that wait for the detector.", [({}, gateway.turns.waiting)])
    page.add(
        "outbox", "gauge", "What waits to be delivered.",
        [({"what": "sightings"}, facts.sightings), ({"what": "pictures"}, facts.evidence)],
    )  # fmt: skip
    page.add("outbox_bytes", "gauge", "Of the pictures.", [({}, facts.evidence_bytes)])
    page.add("outbox_oldest_seconds", "gauge", "Age of the oldest.", [({}, facts.oldest_s)])
    totals = [({"what": name}, value) for name, value in sorted(facts.totals.items()) if name != "seq"]
    page.add("outbox_total", "counter", "What became of reports and pictures.", totals)
    page.add("disk_free_bytes", "gauge", "Of the file system.", [({}, disk.free_bytes)])
    page.add("disk_stage", "gauge", "How much is still kept.", [({"stage": disk.stage}, 1)])
    page.add("clock_quality", "gauge", "How far the clock can be believed.", [({"quality": gateway.line.quality}, 1)])
    page.add("server_up", "gauge", "1 while deliveries succeed.", [({}, int(not gateway.courier.why))])


def _sick(gateway: Gateway) -> dict[str, str]:
    """What only a restart or a person can mend."""
    wrong = {camera.name: camera.watch.failed for camera in gateway.cameras if camera.watch.failed}
    late_s = gateway.parts.clock.monotonic_s() - gateway.round_s
    return wrong | ({"housekeeping": f"has not come round for {late_s:.0f} s"} if late_s > _HANGS_S else {})


def _unready(gateway: Gateway) -> dict[str, str]:
    """Why something is not seen or not brought away now."""
    wrong = {
        camera.name: f"{state_of(camera)}: {camera.watch.why or camera.live.health.why}"
        for camera in gateway.cameras
        if state_of(camera) != "live"
    }
    if not gateway.may_look():
        wrong["disk"] = "too full to keep what would be seen: free some space"
    if gateway.courier.why:
        wrong["server"] = gateway.courier.why
    return wrong
