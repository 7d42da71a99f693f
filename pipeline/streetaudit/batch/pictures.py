"""Evidence of one track: blurred, encoded, written; in that order."""

from __future__ import annotations

from streetaudit.casework.blur import Redactor
from streetaudit.casework.evidence import best_evidence, make_evidence
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.jpeg import encode_jpeg
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import View


class EvidenceKeeper:
    """Keeps the best views of each track of one clip in the evidence folder."""

    def __init__(self, folder: EvidenceFolder, redactor: Redactor) -> None:
        self._folder = folder
        self._redactor = redactor

    def __call__(self, views: tuple[View, ...]) -> Evidence | None:
        """The stored pictures of the best view, the others with it; None without any view.

        Raises:
            StoreError: If the folder cannot be written.
        """
        pictures = make_evidence(views, redact=self._redactor, encode=encode_jpeg)
        for picture in pictures:
            self._folder.put(picture.key, picture.data)
        return best_evidence(pictures)
