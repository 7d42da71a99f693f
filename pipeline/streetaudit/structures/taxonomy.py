"""What the detector names: the project's seven classes, in the order of their ids."""

CLASSES: tuple[str, ...] = (
    "litter",
    "street_stall",
    "illegal_ad",
    "vehicle",
    "bin",
    "overflowing_bin",
    "person",
)

#: Group of each class id. Classes of one group name one kind of thing: a bin that fills up stays one object, so boxes
#: and tracks of the two exclude and continue each other.
GROUPS: tuple[int, ...] = tuple(
    CLASSES.index("bin") if name == "overflowing_bin" else i for i, name in enumerate(CLASSES)
)

#: Labels of other taxonomies (COCO, KITTI, MOTChallenge) that mean one of ours, lower case.
FOREIGN_LABELS: dict[str, str] = {
    "car": "vehicle",
    "truck": "vehicle",
    "bus": "vehicle",
    "van": "vehicle",
    "motorcycle": "vehicle",
    "pedestrian": "person",
    "cyclist": "person",
    "trash": "litter",
    "garbage": "litter",
}


def own_class(label: str) -> str | None:
    """Our name for a label of any known taxonomy, or None if we do not watch it.

    >>> own_class("Car"), own_class("litter"), own_class("giraffe")
    ('vehicle', 'litter', None)
    """
    name = label.strip().lower().replace(" ", "_").replace("-", "_")
    return name if name in CLASSES else FOREIGN_LABELS.get(name)
