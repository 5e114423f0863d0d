"""`convviz.network`: modules by their attributes (stand-ins of torch's), texts, files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path

import pytest

import convviz
from convviz.errors import SpecError
from convviz.spec import documents, modules
from convviz.spec.calls import parse_call
from convviz.spec.catalog import LAYERS
from convviz.spec.constructors import bind

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "layers.json").read_text())


class Module:
    """What torch.nn.Module has that is read here."""

    def __init__(self, **attributes):
        self._modules = OrderedDict()
        self.__dict__.update(attributes)

    def forward(self, x):
        raise NotImplementedError


def forward(self, x):
    raise NotImplementedError


KINDS = {
    name: type(name, (Module,), {"forward": forward})
    for name in (*LAYERS, "Sequential", "BasicBlock")
}


def module(call):
    """A stand-in with the attributes that torch's module has after `call`."""
    made = KINDS[call.name]()
    if call.children:
        made._modules.update((name, module(child)) for name, child in call.children)
        return made
    text = f"{call.name}()"
    given, _ = bind(call, LAYERS[call.name], text)
    if "bias" in LAYERS[call.name].arguments:
        given["bias"] = [0.0] if given.get("bias", True) else None
    made.__dict__.update(given)
    return made


@pytest.mark.parametrize("case", GOLDEN["stacks"], ids=lambda case: case["id"])
def test_a_module_is_read_by_its_attributes(case):
    found = convviz.network(module(parse_call(case["repr"])), case["input"])
    assert list(found.output) == case["output"]
    assert found.params == case["params"]
    assert found.macs == case["macs"]
    assert [row.step.path for row in found.rows] == [layer["path"] for layer in case["layers"]]


def test_a_layer_that_occurs_twice_is_there_twice():
    relu, both = KINDS["ReLU"](), KINDS["Sequential"]()
    both._modules.update({"0": relu, "1": relu})
    assert len(convviz.network(both, (3, 4, 4)).rows) == 2


def test_a_subclass_that_keeps_forward_is_its_base():
    mine = type("MyConv", (KINDS["Conv2d"],), {})(
        in_channels=3, out_channels=8, kernel_size=(3, 3), bias=None
    )
    assert convviz.network(mine, (3, 8, 8)).params == 216


def test_a_subclass_with_a_forward_of_its_own_is_never_guessed_at():
    mine = type("MyConv", (KINDS["Conv2d"],), {"forward": forward})(
        in_channels=3, out_channels=8, kernel_size=3
    )
    with pytest.raises(SpecError, match="the module is a MyConv, which is no layer"):
        convviz.network(mine, (3, 8, 8))


def test_a_container_that_is_not_sequential_is_refused_by_its_path():
    block, whole = KINDS["BasicBlock"](), KINDS["Sequential"]()
    block._modules["conv1"] = KINDS["ReLU"]()
    whole._modules["layer1"] = block
    with pytest.raises(SpecError, match="layer1 is a BasicBlock, which is not Sequential"):
        convviz.network(whole, (3, 8, 8))


def test_texts_and_files_are_read_too(tmp_path):
    assert convviz.network(["conv 8 k3", "ReLU()"], (3, 8, 8)).output == (8, 6, 6)
    assert convviz.network("Conv2D(8, 3)", (8, 7, 3)).output == (8, 6, 5)
    assert convviz.network("Dense(8)", (7,)).params == 7 * 8 + 8
    path = tmp_path / "net.txt"
    path.write_text("conv 8 k3\nrelu\n", encoding="utf-8")
    assert convviz.network(path, "3x8x8").output == (8, 6, 6)
    toml = Path(__file__).parent.parent.parent / "gallery" / "networks" / "googlenet-3a.toml"
    assert convviz.network(str(toml), (192, 28, 28)).output == (256, 28, 28)
    with pytest.raises(FileNotFoundError):
        convviz.network("nothing.txt", (3, 8, 8))


def test_the_answer_says_itself():
    found = convviz.network(["conv 8 k3", "relu"], (3, 8, 8))
    assert str(found).splitlines() == [
        "1  Conv2d 3→8 k3  8×6×6  224  7,776",
        "2  ReLU  8×6×6  0  0",
        "3×8×8 → 8×6×6, 224 params, 7,776 MACs",
    ]
    assert found.rows[0].receptive_field == (3, 3)
    assert found.rows[0].jump == (Fraction(1), Fraction(1))
    assert found.rows[0].start == (Fraction(1), Fraction(1))


@pytest.mark.parametrize("shape", [8, (3, 0, 8), (3, 8.0, 8), "3x", (), ""])
@pytest.mark.parametrize("layer", ["relu", "Dense(8)"])
def test_a_shape_that_is_none_is_refused(layer, shape):
    with pytest.raises(SpecError):
        convviz.network(layer, shape)


def test_containers_nest_up_to_their_limit():
    inner = KINDS["ReLU"]()
    for _ in range(200):
        outer = KINDS["Sequential"]()
        outer._modules["0"] = inner
        inner = outer
    assert convviz.network(inner, (1,)).rows[0].step.path == ".".join("0" * 200)
    outer = KINDS["Sequential"]()
    outer._modules["0"] = inner
    with pytest.raises(SpecError) as caught:
        convviz.network(outer, (1,))
    assert caught.value.message == "more than 200 modules are nested"


def test_a_list_of_more_than_texts_is_no_network():
    with pytest.raises(SpecError) as caught:
        convviz.network(["relu", 3], (3, 8, 8))
    assert caught.value.message == "the module is a list, which is no layer that convviz knows"


def test_a_file_is_read_up_to_its_limit(tmp_path, monkeypatch):
    for module in (documents, modules):
        monkeypatch.setattr(module, "MOST_BYTES", 9)
    path = tmp_path / "net.txt"
    path.write_text("relu;relu", encoding="utf-8")
    assert len(convviz.network(path, (3, 8)).rows) == 2
    path.write_text("relu; relu", encoding="utf-8")
    with pytest.raises(SpecError, match="is longer than 0 MiB"):
        convviz.network(path, (3, 8))


def test_neither_torch_nor_numpy_is_imported():
    code = (
        "import sys, convviz; convviz.network('conv 8 k3', (3, 8, 8));"
        "print([m for m in ('torch', 'numpy', 'click', 'rich') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "[]"


def test_a_name_with_a_nul_byte_is_no_file():
    with pytest.raises(SpecError) as caught:
        convviz.network("a\0b", (3, 8, 8))
    assert caught.value.message == "the name of a file holds no NUL byte"


def test_an_object_that_is_no_module_is_refused_by_its_kind():
    with pytest.raises(SpecError) as caught:
        convviz.network(object(), (3, 8, 8))
    assert caught.value.message == "the module is an object, which is no layer that convviz knows"


def test_a_module_that_does_not_fit_points_at_no_text():
    layer = KINDS["Conv2d"](in_channels=3, out_channels=8, kernel_size=(3, 3), bias=None)
    with pytest.raises(SpecError) as caught:
        convviz.network(layer, (4, 8, 8))
    assert caught.value.message == "the layer takes 3 channels, its input has 4"
    assert not caught.value.source


def test_bytes_that_are_too_many_or_no_text_are_refused(monkeypatch):
    assert documents.decoded("\ufeffrelu".encode(), "net.txt") == "relu"
    with pytest.raises(SpecError) as caught:
        documents.decoded(b"ab\xff", "net.txt")
    assert caught.value.message == "net.txt is no text: byte 2 is not UTF-8"
    with pytest.raises(SpecError) as caught:
        documents.decoded(bytes((64 << 20) + 1), "net.txt")
    assert caught.value.message == "net.txt is longer than 64 MiB"
    monkeypatch.setattr(documents, "MOST_BYTES", 1 << 20)
    assert len(documents.decoded(b"a" * (1 << 20), "net.txt")) == 1 << 20
    with pytest.raises(SpecError) as caught:
        documents.decoded(b"a" * ((1 << 20) + 1), "net.txt")
    assert caught.value.message == "net.txt is longer than 1 MiB"
