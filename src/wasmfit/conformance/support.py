"""Which runtimes the suite can be run on."""

from wasmfit.catalog import Catalog
from wasmfit.model import Build


def unsupported_reason(catalog: Catalog, build: Build) -> str | None:
    """Why a runtime has no conformance image, if it has none."""
    if build.unavailable is not None:
        return f"{build.unavailable.reason}. {build.unavailable.remedy}"
    if not catalog.takes_suite(build.runtime):
        unlike = build.runtime.facts.suite
        return unlike or f"the catalogue has no embedding of {build.runtime.name} that runs the suite"
    return None
