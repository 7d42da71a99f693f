"""PASCAL VOC labels: one XML a picture, corners in px of which the first is called 1 (VOC2007 devkit, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from streetaudit_datasets.labels.pictures import PictureIndex, size_of
from streetaudit_datasets.labels.text import numbers, text_or_fault
from streetaudit_datasets.labels.values import Boxes, Fault, LabelError, LabelledImage, LabelledSet, shown

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_MOST_BYTES = 8 << 20


def read_voc(files: Iterable[Path], folder: Path, *, first_pixel: int = 1) -> LabelledSet:
    """The pictures that XML files label; they are looked for below the folder. Classes are numbered by name.

    Objects marked `difficult` are left out and make their class doubtful in that picture.

    Args:
        files: The XML files.
        folder: The set.
        first_pixel: 1 as in VOC; 0 for tools that count from zero.

    Raises:
        LabelError: If there are no such files.
    """
    faults: list[Fault] = []
    roots = [(file, root) for file in files if (root := _root(file, folder, faults)) is not None]
    if not roots and not faults:
        raise LabelError(f"{folder} has no VOC label files (*.xml); name the folder that holds them")
    names = tuple(sorted({_name(thing) for _, root in roots for thing in root.iter("object")} - {""}))
    index = PictureIndex(folder)
    images = [_image(file, root, index, names=names, faults=faults, first_pixel=first_pixel) for file, root in roots]
    return LabelledSet(folder, names, tuple(image for image in images if image), tuple(faults), "voc")


def _root(file: Path, folder: Path, faults: list[Fault]) -> Element | None:
    text = text_or_fault(file, folder, faults=faults, most=_MOST_BYTES)
    if text is None:
        return None
    try:
        root: Element = fromstring(text.encode())
    except ParseError as error:
        line = error.position[0] if error.position else 0
        faults.append(Fault(shown(file, folder), line, "the XML breaks off or is malformed; fetch it again"))
        return None
    except (DefusedXmlException, ValueError) as error:
        says = f"refused ({type(error).__name__}): label files need no entities; take it away"
        faults.append(Fault(shown(file, folder), 0, says))
        return None
    if root.tag != "annotation":
        faults.append(Fault(shown(file, folder), 1, f"want <annotation>, got <{root.tag[:40]}>; this is no VOC file"))
        return None
    return root


def _image(
    file: Path, root: Element, index: PictureIndex, *, names: Sequence[str], faults: list[Fault], first_pixel: int
) -> LabelledImage | None:
    row = shown(file, index.folder)
    called = (root.findtext("filename") or "").strip() or file.stem
    path = index.find(called, near=file) or index.find(file.stem, near=file)
    if path is None:
        faults.append(Fault(row, 0, f"picture {called[:120]!r} is not below {index.folder}; fetch it, or drop the XML"))
        return None
    boxes, doubtful = Boxes(), set()
    for thing in root.iter("object"):
        corners = numbers([(thing.findtext(f"bndbox/{side}") or "").strip() for side in _CORNERS])
        if not _name(thing) or corners is None:
            says = f"an object {_name(thing)[:40]!r} without a name or four corners; label it again"
            faults.append(Fault(row, 0, says))
        elif (thing.findtext("difficult") or "0").strip() not in ("0", ""):
            doubtful.add(_name(thing))
        else:
            x1, y1, x2, y2 = corners
            # Both corner pixels belong to the box, so only the first corner moves.
            boxes.add(names.index(_name(thing)), (x1 - first_pixel, y1 - first_pixel, x2, y2))
    xyxy, class_id, confidence = boxes.arrays()
    return LabelledImage(path, size_of(path), xyxy, class_id, confidence, doubtful=frozenset(doubtful), row=row)


def _name(thing: Element) -> str:
    return (thing.findtext("name") or "").strip()


def xml_of(image: LabelledImage, classes: Sequence[str]) -> str:
    """The VOC label file of a picture.

    Corners are written with a fraction: rounding would move small boxes by a tenth of their size.
    """
    root = Element("annotation")
    SubElement(root, "filename").text = image.path.name
    size = SubElement(root, "size")
    for tag, value in zip(("width", "height", "depth"), (*image.size, 3), strict=True):
        SubElement(size, tag).text = str(value)
    for class_id, (x1, y1, x2, y2) in zip(image.class_id, image.xyxy, strict=True):
        thing = SubElement(root, "object")
        SubElement(thing, "name").text = classes[class_id]
        SubElement(thing, "difficult").text = "0"
        box = SubElement(thing, "bndbox")
        for side, value in zip(_CORNERS, (x1 + 1, y1 + 1, x2, y2), strict=True):
            SubElement(box, side).text = f"{value:.3f}"
    indent(root)
    return tostring(root, encoding="unicode") + "\n"
