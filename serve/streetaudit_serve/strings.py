"""Texts that scripts show; the page carries them as JSON in the visitor's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from streetaudit_serve.marks import SHAPES


def _(message: str) -> str:
    """Marks a message for extraction; it is translated when the page is made."""
    return message


PROBLEMS = {
    "litter": _("Litter"),
    "street_stall": _("Street stall"),
    "illegal_ad": _("Illegal advertisement"),
    "mis_parked_vehicle": _("Mis-parked vehicle"),
    "overflowing_bin": _("Overflowing bin"),
}
#: One sign a problem on badges and the map, beside its colour.
LETTERS = {
    "litter": _("L"),
    "street_stall": _("S"),
    "illegal_ad": _("A"),
    "mis_parked_vehicle": _("V"),
    "overflowing_bin": _("B"),
}
STATES = {
    "candidate": _("waiting"),
    "confirmed": _("confirmed"),
    "dismissed": _("dismissed"),
    "deferred": _("deferred"),
    "duplicate": _("duplicate"),
    "filed": _("filed"),
    "resolved": _("resolved"),
    "reopened": _("reopened"),
    "shadow": _("on trial"),
}
REASONS = {
    "not_there": _("Not there"),
    "wrong_class": _("Something else"),
    "permitted": _("Permitted here"),
    "already_clean": _("Already clean"),
    "permanent_fixture": _("Permanent fixture"),
    "evidence_unclear": _("Evidence unclear"),
    "other": _("Other"),
}
DECISIONS = {
    "confirm": _("confirmed"),
    "dismiss": _("dismissed"),
    "defer": _("deferred"),
    "undo": _("took back"),
    "duplicate": _("said that it is the same as another case"),
    "split": _("split it in two"),
    "resolve": _("found it gone"),
    "reopen": _("reopened it"),
}
#: Headings of error pages by HTTP status.
ERRORS = {
    "400": _("That was not understood"),
    "403": _("Not allowed"),
    "404": _("Not found"),
    "405": _("Not possible here"),
    "409": _("Somebody else was first"),
    "413": _("Too large"),
    "422": _("That was not understood"),
    "429": _("Too many attempts"),
    "500": _("Something went wrong"),
    "503": _("Not available right now"),
}
#: Sentences of errors that people may meet on a page; in the code they stay English, for the API.
DETAILS = (
    _("This request did not come from this site's own page. Reload the page and try again."),
    _("Your role may not do this."),
    _("There is no such case."),
    _("There is no such account."),
    _("Somebody else changed this case in the meantime."),
    _("The case store cannot be reached right now; nothing was changed."),
    _("Something went wrong on our side; it was logged."),
    _("The request does not have the form that the API describes."),
    _("A dismissal needs a reason."),
    _("This token may not do this."),
    _("There is no such token."),
    _("Too many people are signing in at once. Try again."),
)
GATEWAY = {
    "synced": _("set by NTP"),
    "server": _("set by this server"),
    "unsynced": _("never set"),
    "stage_all": _("keeps everything"),
    "stage_no_raw": _("keeps no footage"),
    "stage_short": _("keeps short clips"),
    "stage_stills": _("keeps stills only"),
    "stage_stopped": _("full: stopped"),
    "camera_live": _("live"),
    "camera_waiting": _("waiting"),
    "camera_stalled": _("stalled"),
    "camera_frozen": _("frozen"),
    "camera_blocked": _("blocked"),
    "camera_defocused": _("out of focus"),
    "camera_moved": _("moved"),
}
ROLES = {
    "reviewer": _("reviewer"),
    "supervisor": _("supervisor"),
    "admin": _("administrator"),
    "gateway": _("gateway"),
    "read-only": _("read-only"),
}
LABELS = {
    "place": _("Place"),
    "seen": _("Seen"),
    "cell": _("Cell"),
    "responsible": _("Responsible"),
    "due": _("Due"),
    "rule": _("Rule and code"),
    "source": _("Source"),
    "nearby": _("Nearby"),
}
SCRIPT = {
    "saved": _("Saved"),
    "saving": _("Saving"),
    "not_saved": _("Not saved yet, trying again"),
    "undone": _("Taken back: the case is here again"),
    "nothing_to_undo": _("Nothing of yours is left to take back"),
    "conflict": _("Not recorded: somebody else changed this case first. It is now"),
    "open_case": _("Open the case"),
    "failed": _("That did not work"),
    "signed_out": _("Your session has ended. Sign in again; undecided cases stay in the queue."),
    "choose_reason": _("Why? Press the digit of a reason, Esc to go back"),
    "choose_same": _("Same as which case nearby? Press its digit, Esc to go back"),
    "choose_problem": _("What is it? Press the digit of the problem, Esc to go back"),
    "nothing_near": _("No other case is near"),
    "second_only": _("A second opinion confirms, dismisses, or is left to others"),
    "box": _("box"),
    "place": _("place"),
    "set_right": _("Set right:"),
    "draw_box": _("Drag over the picture to draw the box, then confirm"),
    "pick_place": _("Click on the map where it stands, then confirm"),
    "no_other_night": _("No other night is known of this spot"),
    "not_there": _("not there"),
    "decided_together": _("decided together"),
    "changed_meanwhile": _("changed meanwhile, and left as they are"),
    "no_picture": _("No picture is kept for this sighting"),
    "not_placed": _("No position"),
    "no_time": _("Time unknown"),
    "none": _("none"),
    "outside_grid": _("outside the grid"),
    "view": _("View"),
    "pass": _("pass"),
    "passes": _("passes"),
    "sighting": _("sighting"),
    "sightings": _("sightings"),
    "blurred": _("Blurred before storing"),
    "map_failed": _("The map needs WebGL, which this browser does not offer. The position is given in the facts."),
    "face": _("faces"),
    "plate": _("number plates"),
    "head": _("heads"),
    "overdue": _("overdue"),
    "method_ground_plane": _("from the ground plane"),
    "method_triangulation": _("triangulated"),
    "method_camera": _("the camera's own position"),
    "method_given": _("as given"),
    "theme_auto": _("Theme: as the system"),
    "theme_light": _("Theme: light"),
    "theme_dark": _("Theme: dark"),
    "on_map": _("cases on the map"),
    "truncated": _("Only the first cases are shown; zoom in to see all"),
}


def page_strings(text: Callable[[str], str], *, titles: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Every text that a script may show, translated; `titles` are the catalogue's names of problems.

    >>> page_strings(str.upper, titles={})["states"]["candidate"]
    'WAITING'
    """
    groups = {
        "problems": PROBLEMS,
        "letters": LETTERS,
        "states": STATES,
        "reasons": REASONS,
        "decisions": DECISIONS,
        "errors": ERRORS,
        "labels": LABELS,
        "gateway": GATEWAY,
        "roles": ROLES,
        "script": SCRIPT,
    }
    made = {name: {key: text(message) for key, message in group.items()} for name, group in groups.items()}
    made["problems"].update(titles)
    made["shapes"] = dict(SHAPES)
    return made
