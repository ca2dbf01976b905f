"""A Cargo dependency, of a firmware or of a guest."""

from pydantic import Field

from .base import Record


class Dependency(Record):
    """A Cargo dependency, pinned.

    Attributes:
        version: The one version that is taken.
        default_features: Whether its default features are on.
        features: More features.
    """

    version: str = Field(pattern=r"^=\d+\.\d+\.\d+")
    default_features: bool = Field(default=False, alias="default-features")
    features: tuple[str, ...] = ()
