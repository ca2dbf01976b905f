"""Regular expressions in files of the catalogue."""

import re
from typing import Annotated

from pydantic import AfterValidator


def _with_a_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if not groups:
        raise ValueError("a regular expression with a group is needed")
    return pattern


Pattern = Annotated[str, AfterValidator(_with_a_group)]
"""A regular expression that picks something out with its groups."""
