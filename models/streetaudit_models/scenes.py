"""An audited scene: its truth, and how well the cases in its store agree with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from streetaudit.config import load_config
from streetaudit.errors import ModelError
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit_datasets.scoring import CaseReport, TruthObject, score_cases
from streetaudit_datasets.truth_files import read_truth


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene that was audited.

    Attributes:
        truth: What stands there, as far as the clips that were audited can tell.
        found: How its cases agree with that.
        crops: JPEG of each mistaken case, by its id, where it has one.
    """

    truth: Sequence[TruthObject]
    found: CaseReport
    crops: Mapping[UUID, bytes]


def read_scene(folder: Path, config_file: Path) -> Scene:
    """The scene of a folder with truth.json, audited under a configuration.

    Raises:
        ModelError: If nothing of the scene has been audited.
        StreetauditError: If the truth, the configuration or the store cannot be read.
    """
    config = load_config(config_file)
    audit_first = f"audit the scene first: streetaudit batch {folder} --config {config_file}"
    prefix = "sqlite:///"
    if config.store_url.startswith(prefix) and not Path(config.store_url.removeprefix(prefix)).is_file():
        raise ModelError(f"there is no case store for {config_file}; {audit_first}")
    with open_store(config.store_url) as store:
        # Failed clips were not seen: what only they show is not asked for.
        names = [stored.run.clip_name for stored in store.runs(limit=1_000_000) if stored.run.status != "failed"]
        if not names:
            raise ModelError(f"no clip of {folder} has been audited; {audit_first}")
        truth = read_truth(folder / "truth.json", clips=[*names, *(Path(name).stem for name in names)])
        found = score_cases(list(store.each_case()), truth)
        return Scene(truth, found, _crops(store, found, EvidenceFolder(config.path(config.store.evidence))))


def _crops(store: Store, found: CaseReport, evidence: EvidenceFolder) -> dict[UUID, bytes]:
    crops = {}
    for case in (mistake.case for mistake in found.mistakes if mistake.case):
        shown = next((seen.evidence for seen in store.sightings(case.id) if seen.evidence), None)
        data = evidence.get(shown.crop) if shown else None
        if data is not None:
            crops[case.id] = data
    return crops
