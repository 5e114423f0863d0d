"""Regular expressions that are compiled when they are first used, not when a module is loaded."""

from __future__ import annotations

import re
from typing import Any, cast


class Pattern:
    """What `re.compile` gives, later: a method is looked up once and kept."""

    def __init__(self, text: str, flags: int) -> None:
        self._source = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._source), name)
        self.__dict__[name] = found
        return found


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of `text`, compiled on its first use: most commands use few of them."""
    return cast("re.Pattern[str]", Pattern(text, flags))
