"""How the gateway is, as its heartbeat says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streetaudit.io.wire.heartbeat import (
    CameraDocument,
    CameraState,
    ClockDocument,
    DiskDocument,
    HeartbeatDocument,
    OutboxDocument,
    VersionsDocument,
)

if TYPE_CHECKING:
    from streetaudit.edge.cameras import Camera
    from streetaudit.edge.gateway import Gateway

_DROPPED = "dropped: "


def beat_of(gateway: Gateway, release: str) -> HeartbeatDocument:
    """The heartbeat of a gateway that runs a release."""
    waiting, disk, parts = gateway.outbox.facts(), gateway.disk.facts, gateway.parts
    dropped = {name.removeprefix(_DROPPED): n for name, n in waiting.totals.items() if name.startswith(_DROPPED)}
    return HeartbeatDocument(
        gateway=parts.config.edge.name,
        sent_at=gateway.line.wall(),
        boot=gateway.line.boot,
        uptime_s=parts.clock.monotonic_s() - gateway.began_s,
        versions=VersionsDocument(
            streetaudit=release,
            model=parts.model.card.sha256 if parts.model else "",
            rules=parts.rules.version,
            bundle=None,
        ),
        clock=ClockDocument(quality=gateway.line.quality, offset_s=gateway.clock_off_s),
        disk=DiskDocument(
            free_bytes=disk.free_bytes, used_bytes=disk.used_bytes, quota_bytes=disk.quota_bytes, stage=disk.stage
        ),
        outbox=OutboxDocument(
            sightings=waiting.sightings, evidence=waiting.evidence, oldest_s=waiting.oldest_s, dropped=dropped
        ),
        cameras=tuple(camera_document(camera, parts.clock.monotonic_s()) for camera in gateway.cameras),
    )


def camera_document(camera: Camera, now_s: float) -> CameraDocument:
    """How one camera is; `frames` is what `looked_at` and `skipped` add up to, but for one that is being looked at."""
    health, coverage = camera.live.health, camera.watch.coverage
    skipped = dict(coverage.skipped)
    skipped |= {"rate": health.rate, "damaged": health.damaged, "queue": camera.latest.overtaken}
    age_s = max(now_s - health.since_s, 1e-3)
    return CameraDocument(
        name=camera.name,
        state=state_of(camera),
        since_s=age_s,
        why=(camera.watch.failed or camera.watch.why or health.why)[:1000],
        frames=health.pictures,
        looked_at=coverage.looked_at,
        skipped={name: count for name, count in skipped.items() if count},
        fps=health.pictures / max(now_s - camera.live.began_s, 1e-3),
    )


def state_of(camera: Camera) -> CameraState:
    """The worst that is known of a camera."""
    match camera.live.health.state:
        case "stalled":
            return "stalled"
        case "waiting" | "ended":
            return "waiting"
        case _:
            view = camera.watch.view
            return "live" if view == "sound" else view
