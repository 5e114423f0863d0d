"""The public face: what `import convviz` gives, and what it costs."""

from __future__ import annotations

import doctest
import subprocess
import sys
from types import ModuleType

import pytest

import convviz
from convviz import errors
from convviz.engine import convolution, padding, pooling


def fresh(code: str) -> str:
    """What `code` prints in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_importing_convviz_imports_no_package() -> None:
    code = "import convviz, sys; print([m for m in sys.modules if m.split('.')[0] in {}])"
    assert fresh(code.format(("numpy", "click", "rich", "matplotlib", "PIL"))) == "[]"


def test_a_function_stays_a_function_once_its_module_is_loaded() -> None:
    code = (
        "import convviz, convviz.engine.padding, convviz.engine.account\n"
        "print(callable(convviz.pad), callable(convviz.conv), callable(convviz.pool))"
    )
    assert fresh(code) == "True True True"


def test_the_public_names_are_few_and_known() -> None:
    assert set(convviz.__all__) == {
        "SpecError",
        "__version__",
        "conv",
        "conv_transpose",
        "draw",
        "network",
        "pad",
        "pool",
    }
    assert set(convviz.__all__) <= set(dir(convviz))
    assert convviz.pad is padding.pad
    assert convviz.conv is convolution.conv
    assert convviz.conv_transpose is convolution.conv_transpose
    assert convviz.pool is pooling.pool
    assert convviz.SpecError is errors.SpecError
    assert issubclass(convviz.SpecError, ValueError)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'padd'"):
        convviz.padd  # noqa: B018


@pytest.mark.parametrize(
    "module", [convviz, convolution, padding, pooling], ids=lambda m: m.__name__
)
def test_the_examples_in_the_docstrings_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0
    assert found.attempted > 0
