from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from detect.onnx_models import constant_model, yolov8_output
from streetaudit.io.onnx_facts import OnnxFacts, onnx_facts
from streetaudit.io.protobuf_walk import NotProtobufError


def tiny() -> onnx.ModelProto:
    return constant_model(yolov8_output())


def external(tensor: onnx.TensorProto) -> onnx.TensorProto:
    """The tensor as one that lies in another file."""
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return tensor


def in_a_branch(tensor: onnx.TensorProto | None = None, *, domain: str = "") -> onnx.ModelProto:
    """A model whose If has a branch with a constant and a node of that domain."""
    value = tensor or numpy_helper.from_array(np.ones(1, np.float32), "c")
    nodes = [
        helper.make_node("Constant", [], ["c"], value=value),
        helper.make_node("Relu", ["c"], ["d"], domain=domain),
    ]
    branch = helper.make_graph(nodes, "branch", [], [helper.make_tensor_value_info("d", TensorProto.FLOAT, [1])])
    model = tiny()
    model.graph.node.append(helper.make_node("If", ["which"], ["out"], then_branch=branch, else_branch=branch))
    return model


def field(number: int, message: bytes) -> bytes:
    """A field that holds a message, in protobuf's wire format."""
    size, length = len(message), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + message


def facts(model: onnx.ModelProto) -> OnnxFacts:
    return onnx_facts(model.SerializeToString())


def test_a_plain_model() -> None:
    model = constant_model(yolov8_output(), metadata={"names": "{0: 'ville'}", "schlüssel": "値"})
    assert facts(model) == OnnxFacts({"names": "{0: 'ville'}", "schlüssel": "値"}, frozenset({""}), False, False)


def _external_initializer() -> onnx.ModelProto:
    model = tiny()
    external(model.graph.initializer[0])
    return model


def _external_by_location_alone() -> onnx.ModelProto:
    model = tiny()
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    return model


def _external_entries_alone() -> onnx.ModelProto:
    model = tiny()
    entry = model.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "other.bin"
    return model


def _external_sparse() -> onnx.ModelProto:
    model = tiny()
    values, indices = (
        numpy_helper.from_array(np.ones(1, np.float32), "s"),
        numpy_helper.from_array(np.zeros(1, np.int64), "i"),
    )
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(external(values), indices, [4]))
    return model


def _external_in_a_branch() -> onnx.ModelProto:
    return in_a_branch(external(numpy_helper.from_array(np.ones(1, np.float32), "c")))


def _external_in_a_function() -> onnx.ModelProto:
    model = tiny()
    node = helper.make_node("Constant", [], ["y"], value=external(numpy_helper.from_array(np.ones(1, np.float32), "c")))
    model.functions.append(helper.make_function("own", "f", [], ["y"], [node], [helper.make_opsetid("", 17)]))
    return model


@pytest.mark.parametrize(
    "build",
    [
        _external_initializer,
        _external_by_location_alone,
        _external_entries_alone,
        _external_sparse,
        _external_in_a_branch,
        _external_in_a_function,
    ],
)
def test_external_data_is_found_wherever_it_hides(build: Callable[[], onnx.ModelProto]) -> None:
    assert facts(build()).has_external_data


def test_external_data_as_onnx_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    onnx.save(tiny(), path, save_as_external_data=True, location="m.bin", size_threshold=0)
    assert onnx_facts(path.read_bytes()).has_external_data


def test_domains_of_nodes_are_found_in_branches_too() -> None:
    assert facts(in_a_branch(domain="evil.ops")).domains == {"", "evil.ops"}


def test_functions_that_the_model_brings_along_are_no_custom_operators() -> None:
    model = tiny()
    inner = helper.make_node("Relu", ["x"], ["y"], domain="strange")
    model.functions.append(helper.make_function("own", "f", ["x"], ["y"], [inner], [helper.make_opsetid("strange", 1)]))
    model.graph.node.append(helper.make_node("f", ["output"], ["again"], domain="own"))
    assert facts(model).domains == {"", "strange"}  # but what is in them counts


def test_training_graphs_are_found() -> None:
    model = tiny()
    model.training_info.add().algorithm.CopyFrom(model.graph)
    assert facts(model).has_training


def test_graphs_within_graphs_have_an_end() -> None:
    message = b""
    for number in (6, 5, 1) * 30:  # from the inside: a graph in an attribute of a node of a graph
        message = field(number, message)
    with pytest.raises(NotProtobufError, match="deep"):
        onnx_facts(b"\x08\x09" + field(7, message) + field(8, b""))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04" + bytes(60), id="zip"),
        pytest.param(b"\x80\x02}q\x00.", id="pickle"),
        pytest.param(b"name = 'nano'\n", id="text"),
        pytest.param(bytes(1000), id="noughts"),
        pytest.param(b"\x08\x09", id="version-alone"),
        pytest.param(tiny().SerializeToString()[:-7], id="cut-off"),
    ],
)
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(NotProtobufError):
        onnx_facts(data)


def test_damaged_models_never_do_worse_than_being_refused() -> None:
    random = np.random.default_rng(7)
    whole = in_a_branch(domain="x").SerializeToString()
    refused = 0
    for _ in range(600):
        data = bytearray(whole)
        for at in random.integers(0, len(data), 3):
            data[at] = random.integers(0, 256)
        try:
            onnx_facts(bytes(data))
        except NotProtobufError:
            refused += 1
    assert refused > 20  # most bytes are boxes, any of which may be true
