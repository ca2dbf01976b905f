"""Which features runtimes have, from what was measured before."""

import time
from collections.abc import Sequence

from wasmfit import __version__
from wasmfit.analysis.basis import Origin, basis_notes, named
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Board, Build, Failing, Feature, Profile, RuntimeFeatures
from wasmfit.store import MeasuredSet
from wasmfit.store.measured_set import features_cell

from .recorded import recorded_features
from .set_origins import set_origin


class NothingMeasuredError(UsageError):
    """No verdict on any of the runtimes is known for the asked-for boards and profiles."""


def found_features(
    catalog: Catalog,
    home: Home,
    settings: Sequence[tuple[Build, Board, Profile]],
    features: Sequence[Feature],
) -> FeaturesMeasured:
    """The verdicts on runtimes that were measured before. Own ones come before those of the set.

    Args:
        catalog: The catalogue.
        home: wasmfit's folder.
        settings: The runtimes, with boards and profiles.
        features: The features that are asked for.

    Raises:
        NothingMeasuredError: None was ever measured.
    """
    started = time.monotonic()
    measured_set, digests = MeasuredSet(), InputDigests(catalog)
    wanted = {
        (build.name, build.number, board.name, profile.name): (build, board, profile)
        for build, board, profile in settings
    }
    found = recorded_features(home, measured_set, wanted)
    names = {feature.name for feature in features}
    runtimes: list[RuntimeFeatures] = []
    origins: dict[str, Origin] = {}
    for one, here in found:
        setting = (one.runtime, one.version, one.board, one.profile)
        cell = features_cell(*setting)
        origins[cell] = (
            Origin(True, __version__, "", one.measured_at)
            if here
            else set_origin(measured_set.features[cell], digests.of_features(*wanted[setting]))
        )
        runtimes.append(_of(one, names))
    missing = [
        features_cell(*setting)
        for setting, (build, _, _) in wanted.items()
        if features_cell(*setting) not in origins
        and build.unavailable is None
        and catalog.takes_suite(build.runtime)
    ]
    if not runtimes:
        raise NothingMeasuredError(
            f"No measurement of {named(missing)} is here or in the set that comes with wasmfit.",
            "`wasmfit list measured` has what there is; without --measured, what is missing is measured.",
        )
    notes = [*basis_notes(origins), f"assertions: {catalog.features.suite}"]
    if missing:
        notes.append(f"never measured, here or for the set: {named(missing)}")
    return FeaturesMeasured(
        runtimes=tuple(runtimes),
        titles={feature.name: feature.title for feature in features},
        look=_no_assertions,
        notes=tuple(notes),
        failures={},
        seconds=time.monotonic() - started,
        reused=len(runtimes),
        cells=len(runtimes),
        origins=origins,
    )


def _of(one: RuntimeFeatures, names: set[str]) -> RuntimeFeatures:
    """The verdicts on the features that are asked for."""
    return one.model_copy(
        update={
            "features": tuple(feature for feature in one.features if feature.feature in names),
            "differences": tuple(claim for claim in one.differences if claim.feature in names),
        }
    )


def _no_assertions() -> tuple[Failing, ...]:
    raise UsageError(
        "The assertions that do not hold are not kept with verdicts that were measured before.",
        "Leave out --measured, or --failing.",
    )
