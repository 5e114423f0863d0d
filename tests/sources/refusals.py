"""What the tests of sources share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from convviz.errors import SpecError


@contextmanager
def refused(fact: str) -> Iterator[pytest.ExceptionInfo[SpecError]]:
    """A block that must raise a SpecError with that fact in its message."""
    with pytest.raises(SpecError) as caught:
        yield caught
    assert fact in caught.value.message
