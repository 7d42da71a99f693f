import pytest

from streetaudit.io.protobuf_walk import NotProtobufError, fields


@pytest.mark.parametrize(
    ("message", "values"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\x08\x96\x01", [(1, 150)], id="varint"),
        pytest.param(b"\x12\x03abc", [(2, b"abc")], id="bytes"),
        pytest.param(b"\x0d\x00\x00\x80\x3f", [(1, b"\x00\x00\x80\x3f")], id="four-bytes"),
        pytest.param(b"\x09" + bytes(8), [(1, bytes(8))], id="eight-bytes"),
        pytest.param(b"\x08" + b"\xff" * 9 + b"\x01", [(1, 2**64 - 1)], id="largest-number"),
    ],
)
def test_fields(message: bytes, values: list[tuple[int, int | bytes]]) -> None:
    found = [(n, v if isinstance(v, int) else bytes(v)) for n, v in fields(memoryview(message))]
    assert found == values


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"\x08", id="ends-in-a-number"),
        pytest.param(b"\x08" + b"\xff" * 11, id="number-too-long"),
        pytest.param(b"\x12\x05abc", id="bytes-cut-off"),
        pytest.param(b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", id="absurd-length"),
        pytest.param(b"\x0d\x00", id="four-bytes-cut-off"),
        pytest.param(b"\x0b", id="group"),
        pytest.param(b"\x0f", id="unknown-type"),
        pytest.param(b"\x00\x00", id="field-0"),
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(NotProtobufError):
        list(fields(memoryview(message)))
