"""What must be known of an ONNX file before a runtime may load it, without the onnx package.

Field numbers are those of onnx.proto (github.com/onnx/onnx, IR version 10).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from streetaudit.io.protobuf_walk import NotProtobufError, fields

_DOMAINS = frozenset({("node", 7), ("function", 10)})
_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET, _MODEL_METADATA, _MODEL_TRAINING = 1, 7, 8, 14, 20
_MOST_DEPTH = 64  # of messages in each other; a graph within a node is three, real detectors have one or two of those
_TENSOR_DATA_LOCATION, _TENSOR_EXTERNAL_DATA = 14, 13

# Messages as a table: name -> field number -> name of the message in it. Only paths that can hold a tensor or a node.
_MESSAGES: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}


@dataclass(frozen=True, slots=True)
class OnnxFacts:
    """What an ONNX file says of itself.

    Attributes:
        metadata: Its free key-value pairs.
        domains: Operator domains that its nodes use ("" is ONNX itself), without those of functions it brings along.
        has_external_data: Whether a tensor lies in another file.
        has_training: Whether it carries training graphs.
    """

    metadata: dict[str, str]
    domains: frozenset[str]
    has_external_data: bool
    has_training: bool


@dataclass(slots=True)
class _Found:
    """What a walk gathers."""

    domains: set[str] = field(default_factory=set)
    own_domains: set[str] = field(default_factory=set)
    external: bool = False


def onnx_facts(data: bytes) -> OnnxFacts:
    """The facts of an ONNX file.

    Raises:
        NotProtobufError: If it is no ONNX model.
    """
    top = list(fields(memoryview(data)))
    numbers = {number for number, _ in top}
    if not {_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET} <= numbers:
        raise NotProtobufError("it has no graph, IR version or operator set")
    metadata = dict(_pair(value) for number, value in top if number == _MODEL_METADATA)
    found = _Found()
    _walk(memoryview(data), "model", found, depth=0)
    domains = frozenset(found.domains - found.own_domains)
    return OnnxFacts(metadata, domains, found.external, _MODEL_TRAINING in numbers)


def _walk(message: memoryview, kind: str, found: _Found, *, depth: int) -> None:
    """Gather from a message and from everything in it that can hold a tensor or a node."""
    if depth > _MOST_DEPTH:
        raise NotProtobufError("its graphs lie in each other too deeply")
    inner = _MESSAGES[kind]
    domain = ""
    for number, value in fields(message):
        if kind == "tensor":
            found.external |= number == _TENSOR_EXTERNAL_DATA or (number == _TENSOR_DATA_LOCATION and value != 0)
        elif (kind, number) in _DOMAINS:
            domain = _text(value)
        elif number in inner:
            _walk(_bytes(value), inner[number], found, depth=depth + 1)
    if kind == "node":
        found.domains.add(domain)
    elif kind == "function":
        found.own_domains.add(domain)


def _pair(value: int | memoryview) -> tuple[str, str]:
    """A StringStringEntryProto."""
    words = {number: _text(part) for number, part in fields(_bytes(value)) if number in (1, 2)}
    return words.get(1, ""), words.get(2, "")


def _text(value: int | memoryview) -> str:
    try:
        return bytes(_bytes(value)).decode()
    except UnicodeDecodeError as error:
        raise NotProtobufError("a name in it is no UTF-8") from error


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise NotProtobufError("a number stands where a message is wanted")
    return value
