"""A store with cases, pictures, zones and accounts: real parts, seeded content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from pwdlib.hashers.argon2 import Argon2Hasher

from serve.pictures import HEIGHT, WIDTH, crop, jpeg, street
from streetaudit.config import Config
from streetaudit.io.clock import Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Role
from streetaudit.structures.city import Verdict, Zone
from streetaudit.structures.geo import LocalFrame, distance_m
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import sighting_id, spot_id
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.run import CityFacts, ClipRun
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.spot import Around, Spot, kind_of
from streetaudit_serve.parts import Intake
from streetaudit_serve.passwords import Passwords
from streetaudit_serve.sessions import new_secret, sha256_of

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
ORIGIN = LocalFrame(36.8100, 118.0500)
PASSWORD = "correct horse battery"
ROLES: dict[str, Role] = {
    "mei": "reviewer",
    "otto": "supervisor",
    "root": "admin",
    "lena": "read-only",
    "north-3": "gateway",
}
CYCLE = ("mis_parked_vehicle", "litter", "street_stall", "overflowing_bin", "illegal_ad")
CLASS_OF = {"mis_parked_vehicle": "vehicle"}
WHY = {
    "mis_parked_vehicle": "A vehicle stood for 41 s inside 'Zhongxin Road, no parking' (0-24 h), 1.8 m from its edge; "
    "its position is good to 2.6 m, so it is inside with 92 %.",
    "litter": "Litter was seen in 14 frames, on the pavement, inside the patrol area; no cleaning since 18:00.",
    "street_stall": "A stall was seen outside every 'vending permitted' zone; the nearest one is 58 m away.",
    "overflowing_bin": "The bin's lid is open and bags lie beside it in 9 of 11 frames.",
    "illegal_ad": "A poster was seen on a wall outside every 'advertising permitted' zone.",
}


@dataclass
class FakeTime:
    """A clock that goes when it is told to."""

    at: datetime = NOW
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=lambda: self.at, monotonic_s=self._monotonic_s)

    def _monotonic_s(self) -> float:
        return self.at.timestamp()

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@lru_cache(maxsize=1)
def quick_passwords() -> Passwords:
    """Real argon2id with small costs: the whole route table is walked with it."""
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1))


def config(tmp: Path, *, secure: bool = True, **serve: Any) -> Config:
    cameras = [
        {"name": "gate-3", "kind": "fixed", "lat": 36.8099, "lon": 118.0507, "heading_deg": 300.0, "hfov_deg": 62.0}
    ]
    written: dict[str, Any] = {"secure_cookies": secure, **serve}
    return Config(city={"timezone": "Asia/Shanghai"}, serve=written, camera=cameras, base=tmp)


def zones() -> tuple[Zone, ...]:
    return (
        Zone("patrol_area", (_box(-120, -90, 260, 110),), name="North district"),
        Zone("no_parking", (_box(-60, -6, 210, 6),), name="Zhongxin Road, no parking"),
        Zone("vending_permitted", (_box(-40, 22, 20, 48),), name="Evening market", hours="Mo-Su 17:00-22:00"),
        Zone("parking_permitted", (_box(90, -34, 170, -14),), name="Car park 2"),
    )


def add_people(store: Store) -> None:
    hashed = quick_passwords().hash(PASSWORD)
    for name, role in ROLES.items():
        secret = "" if role == "gateway" else hashed
        store.add_account(name, role=role, password_hash=secret, must_change_password=False)


def add_token(store: Store, account: str, *scopes: str, days: float = 30.0) -> str:
    """The secret of a new token."""
    secret = new_secret()
    store.add_token(
        account, name="a test", scopes=scopes, secret_sha256=sha256_of(secret), lasts_s=days * 86400, by="root"
    )
    return secret


def fill(store: Store, evidence: EvidenceFolder, count: int, *, pictures: bool = True) -> list[UUID]:
    """The ids of so many cases along one street; every third was seen on two nights, every seventh has no place."""
    tonight = [_sighting(n, 0, evidence, pictures=pictures) for n in range(count)]
    before = [_sighting(n, 1, evidence, pictures=pictures) for n in range(0, count, 3)]
    opened: list[UUID] = []
    for clip, seen in ((1, before), (0, tonight)):
        opened += store.commit_clip(_run(clip), seen, assign=_assign, describe=_facts, place_cases=_places).new_cases
    return opened


def far_away(store: Store, evidence: EvidenceFolder, east_m: float, *, cell: str) -> UUID:
    """A case of another cell, so many metres east of the first one."""
    lat, lon = ORIGIN.to_degrees(east_m, 4.0)
    seen = replace(_sighting(0, 0, evidence, pictures=False), clip_sha256=_sha(9), place=Place(lat, lon, 2.0))
    seen = replace(
        seen, id=sighting_id(clip_sha256=_sha(9), model_sha256="m", rule_version="r", track_id=0, problem="x")
    )
    run = replace(_run(9), work_key="far", clip_sha256=_sha(9))
    return fill_apart(store, run, [replace(seen, evidence=_evidence("litter", 999, evidence))], CityFacts(cell=cell))[0]


def fill_apart(store: Store, run: ClipRun, seen: Sequence[Sighting], facts: CityFacts) -> list[UUID]:
    """The ids of new cases, one for each sighting."""
    made = store.commit_clip(
        run,
        seen,
        assign=lambda fresh, *_: {new.id: spot_id(new.id) for new in fresh},
        describe=lambda _: facts,
        place_cases=_places,
    )
    return list(made.new_cases)


def _sighting(n: int, night: int, evidence: EvidenceFolder, *, pictures: bool) -> Sighting:
    problem = CYCLE[n % len(CYCLE)]
    here: Place | NotPlaced = NotPlaced("no trustworthy fix within 5 s (tunnel)")
    if n % 7 != 6:
        lat, lon = ORIGIN.to_degrees(12.0 * n + 0.8 * night, (4.0, -8.0, 11.0)[n % 3] + 0.6 * night)
        here = Place(lat, lon, 1.6 + 0.7 * (n % 5))
    return Sighting(
        id=sighting_id(clip_sha256=_sha(night), model_sha256="m", rule_version="r", track_id=n, problem=problem),
        clip_sha256=_sha(night),
        clip_name=f"patrol-2026112{4 - night}-2204.mp4",
        camera="patrol-07",
        track_id=n,
        class_name=CLASS_OF.get(problem, problem),
        confidence=0.94 - 0.05 * (n % 9),
        frames=14,
        first_s=12.0 + n,
        last_s=12.6 + n,
        seen_at=NOW - timedelta(days=night, minutes=26, seconds=-9 * n),
        place=here,
        verdict=Verdict(problem, f"{problem}-in-zone", "5f2c9a1be0d3", WHY[problem]),
        evidence=_evidence(problem, 31 * n + 7 * night, evidence) if pictures else None,
        model_sha256="m",
    )


def _evidence(problem: str, seed: int, folder: EvidenceFolder) -> Evidence:
    frame, small, box = drawn(problem, seed)
    keys = [f"{name[:2]}/{name}.jpg" for name in (_name(frame), _name(small))]
    folder.put(keys[0], frame)
    folder.put(keys[1], small)
    return Evidence(keys[0], keys[1], WIDTH, HEIGHT, box, 12.4, (("head", 1), ("plate", 2)))


@lru_cache(maxsize=256)
def drawn(problem: str, seed: int) -> tuple[bytes, bytes, tuple[float, float, float, float]]:
    """Frame and crop as JPEG, and the box."""
    image, box = street(problem, seed)
    return jpeg(image), jpeg(crop(image, box)), box


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]


def _sha(night: int) -> str:
    return hashlib.sha256(f"night {night}".encode()).hexdigest()


def _run(night: int) -> ClipRun:
    return ClipRun(
        work_key=f"work-{night}",
        clip_sha256=_sha(night),
        clip_name=f"patrol-2026112{4 - night}-2204.mp4",
        camera="patrol-07",
        model_sha256="m",
        rule_version="r",
        status="complete",
        reason="",
        facts=None,
        record=None,
    )


def _assign(seen: Sequence[Sighting], around: Around) -> dict[UUID, UUID]:
    return {new.id: _near(new, around.spots) if not around.same_clip else spot_id(new.id) for new in seen}


def _near(new: Sighting, around: Sequence[Spot]) -> UUID:
    for spot in around:
        if spot.place is None or not isinstance(new.place, Place) or spot.kind != kind_of(new.class_name):
            continue
        if distance_m(new.place.lat, new.place.lon, spot.place.lat, spot.place.lon) <= 4.0:
            return spot.id
    return spot_id(new.id)


def _facts(new: Sighting) -> CityFacts:
    due_at = None if new.seen_at is None else new.seen_at + timedelta(hours=4)
    return CityFacts(cell="370303001002", responsible="Zhangdian sanitation, team 4", code="06010", due_at=due_at)


def _places(glimpses: Sequence[Glimpse]) -> dict[UUID, Place]:
    found: dict[UUID, Place] = {}
    for glimpse in sorted(glimpses, key=lambda glimpse: glimpse.place.error_m):
        best = found.setdefault(glimpse.spot_id, replace(glimpse.place, views=0))
        found[glimpse.spot_id] = replace(best, views=best.views + 1)
    return found


INTAKE = Intake(_assign, _facts, _places)


def _box(west_m: float, south_m: float, east_m: float, north_m: float) -> Any:
    corners = ((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m), (west_m, south_m))
    ring = []
    for east, north in corners:
        lat, lon = ORIGIN.to_degrees(east, north)
        ring.append((lon, lat))
    return (tuple(ring),)
