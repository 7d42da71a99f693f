"""streetaudit: footage in, geotagged candidate cases for a person to review out.

What the facade offers is the values and the walk, none of which needs more than numpy; runners, store and
runtimes are imported from their own modules: `from streetaudit.batch.clip import audit_clip`.
"""

from streetaudit.audit import audit
from streetaudit.errors import StreetauditError
from streetaudit.structures.camera import Camera
from streetaudit.structures.case import Case, CaseState, Decision, Review
from streetaudit.structures.city import Cell, Problem, Verdict, Zone
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Fix, Pose, Trace
from streetaudit.structures.track import Observation, Track

__version__ = "0.2.0"

__all__ = [
    "CLASSES",
    "Camera",
    "Case",
    "CaseState",
    "Cell",
    "Coverage",
    "Decision",
    "Detections",
    "Evidence",
    "Fix",
    "Frame",
    "NotPlaced",
    "Observation",
    "Place",
    "Pose",
    "Problem",
    "Review",
    "Sighting",
    "StreetauditError",
    "Trace",
    "Track",
    "Verdict",
    "Zone",
    "audit",
]
