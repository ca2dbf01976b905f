"""A job by its name: what is sent to another machine, which has the same catalogue."""

from pydantic import TypeAdapter

from wasmfit.builder import Context
from wasmfit.conformance import PartCell
from wasmfit.plan import CellName, PartName, build_of, cell_of

from .cells import CellJob, cell_jobs
from .parts import PartJob, part_jobs

_NAMES: TypeAdapter[CellName | PartName] = TypeAdapter(CellName | PartName)


def job_of(context: Context, name: str) -> CellJob | PartJob:
    """The job of that name (:attr:`wasmfit.run.job.RemoteJob.name`).

    Raises:
        UsageError: The catalogue does not have what it names.
        ValueError: It is not a name.
    """
    named = _NAMES.validate_json(name)
    catalog = context.catalog
    if isinstance(named, CellName):
        return cell_jobs(context, [cell_of(catalog, named)])[0]
    cell = PartCell(
        build=build_of(catalog, named.runtime, named.build),
        part=named.part,
        board=catalog.board(named.board),
        base=catalog.base(named.base),
        profile=catalog.profile(named.profile),
    )
    jobs, _ = part_jobs(context, [cell])
    return jobs[0]
