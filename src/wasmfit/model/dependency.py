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


class DependencyChange(Record):
    """What a variant changes of a version's Cargo dependency, or a dependency of its own.

    Attributes:
        version: The one version that is taken; the version's own, where it is not given. A variant that
            several versions have must not give it.
        default_features, features: As a :class:`Dependency` has them; they replace the version's.
    """

    version: str | None = Field(default=None, pattern=r"^=\d+\.\d+\.\d+")
    default_features: bool = Field(default=False, alias="default-features")
    features: tuple[str, ...] = ()

    def applied_to(self, dependency: Dependency | None) -> Dependency:
        """The dependency with the change.

        Args:
            dependency: The version's dependency of this name, if it has one.

        Raises:
            ValueError: Neither names a version.
        """
        version = self.version or (dependency.version if dependency is not None else None)
        if version is None:
            raise ValueError("the dependency has no version, and the runtime's version lacks it")
        return Dependency.model_validate(
            {"version": version, "default-features": self.default_features, "features": self.features}
        )
