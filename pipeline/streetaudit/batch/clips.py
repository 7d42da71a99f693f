"""Which files of a folder are clips."""

from pathlib import Path

from streetaudit.errors import ClipError

#: What cameras write; anything else in the folder (traces, notes) is not footage.
CLIP_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".avi", ".mkv", ".ts", ".mts", ".m2ts", ".webm", ".360", ".h264", ".h265", ".mpg"}
)


def find_clips(folder: Path) -> list[Path]:
    """The clips under a folder, in the order of their paths; hidden files and folders are left out.

    Raises:
        ClipError: If the folder does not exist, or holds no clip at all.
    """
    if not folder.is_dir():
        raise ClipError(
            f"{folder} is no folder; name the folder that holds the footage, or use: streetaudit audit CLIP"
        )
    clips = sorted(p for p in folder.rglob("*") if _is_clip(p, folder))
    if not clips:
        known = " ".join(sorted(CLIP_SUFFIXES))
        raise ClipError(f"{folder} holds no footage; clips are files that end in {known}")
    return clips


def _is_clip(path: Path, folder: Path) -> bool:
    shown = not any(part.startswith(".") for part in path.relative_to(folder).parts)
    return shown and path.suffix.lower() in CLIP_SUFFIXES and not path.is_dir()
