"""What ``wasmfit list`` prints as JSON: the columns of its tables, as text."""

from wasmfit.model.contract import JsonDocument, JsonRecord, Text, omitted


class RuntimeRow(JsonRecord):
    """A build of a runtime.

    Attributes:
        name: Its name with version.
        title: The runtime's name in words.
        summary: What is particular about the variant.
        license: Its licence.
        status: Whether it is available, and why not.
    """

    name: Text
    title: Text
    summary: Text
    license: Text
    status: Text


class BoardRow(JsonRecord):
    """A board.

    Attributes:
        name: Its name.
        title: The name on its box.
        chip: The chip.
        core: The core.
        target: What code is compiled for.
        flash, ram: Their sizes.
        erase_unit: Bytes of flash that are erased at once.
        clock: The core's clock.
        emulator: The machine that stands in for it.
        timing: Whether time on it is predicted.
        probe_rs: Name by which probe-rs knows the chip.
        source: Where the values come from.
    """

    name: Text
    title: Text
    chip: Text
    core: Text
    target: Text
    flash: Text
    ram: Text
    erase_unit: Text
    clock: Text
    emulator: Text
    timing: Text
    probe_rs: Text
    source: Text


class WorkloadRow(JsonRecord):
    """A workload.

    Attributes:
        name: Its name.
        title: What it does.
        export: The function that is called.
        calls: How many calls there are.
        arguments: What they are given.
        expected_from: Where the expected results come from.
    """

    name: Text
    title: Text
    export: Text
    calls: Text
    arguments: Text
    expected_from: Text


class ProfileRow(JsonRecord):
    """A profile.

    Attributes:
        name: Its name.
        summary: How firmware is compiled with it.
    """

    name: Text
    summary: Text


class BaseRow(JsonRecord):
    """A base.

    Attributes:
        name: Its name.
        title: Its name in words.
        boards: The boards that it serves.
        emulator: What the emulator runs of it.
    """

    name: Text
    title: Text
    boards: Text
    emulator: Text


class CellRow(JsonRecord):
    """A cell.

    Attributes:
        id: Its id.
    """

    id: Text


class MeasuredRow(JsonRecord):
    """A cell that was measured.

    Attributes:
        id: Its id.
        status: How it ended.
        measured: The day.
        place: Where: ``here``, or version of wasmfit and system.
        outdated: What has changed since, with commas.
    """

    id: Text
    status: Text
    measured: Text
    place: Text
    outdated: Text


class ListDocument(JsonDocument):
    """What ``list --format json`` prints: the one list that was asked for.

    Attributes:
        runtimes: Every build of every runtime.
        boards: Every board.
        workloads: Every workload.
        profiles: Every profile.
        bases: Every base.
        cells: Every cell.
        measured: Every cell that was measured.
    """

    runtimes: tuple[RuntimeRow, ...] | None = omitted()
    boards: tuple[BoardRow, ...] | None = omitted()
    workloads: tuple[WorkloadRow, ...] | None = omitted()
    profiles: tuple[ProfileRow, ...] | None = omitted()
    bases: tuple[BaseRow, ...] | None = omitted()
    cells: tuple[CellRow, ...] | None = omitted()
    measured: tuple[MeasuredRow, ...] | None = omitted()
