"""What ``wasmfit doctor`` and ``wasmfit probes`` print as JSON."""

from typing import Literal

from wasmfit.model.contract import JsonDocument, JsonRecord, Text


class SystemRecord(JsonRecord):
    """The system.

    Attributes:
        title: Its name and version.
        machine: The processor, as the system names it.
        package_manager: Its package manager, if it is a known one.
    """

    title: Text
    machine: Text
    package_manager: str | None


class ProofRecord(JsonRecord):
    """What was tried and worked.

    Attributes:
        words: What was done.
        seconds: How long that took.
        remembered: Whether it was done earlier, with the same files.
    """

    words: Text
    seconds: float
    remembered: bool


class ToolRecord(JsonRecord):
    """A tool.

    Attributes:
        name: What is looked for.
        tool: Its name in wasmfit's table of packages.
        purpose: What it is needed for.
        state: ``unusable``: it is there and does not work.
        ok: Whether the state is ``ok``.
        needed: Whether nothing works without it.
        found: Path and version in one line.
        path: Where it is.
        version: What it says of itself.
        cause: Why it is missing or unusable, in words.
        lacks: As ``cause``, or empty.
        remedy: What to do about that on this system.
        commands: The commands in the remedy.
        proof: What was tried and worked.
    """

    name: Text
    tool: str
    purpose: Text
    state: Literal["ok", "missing", "unusable"]
    ok: bool
    needed: bool
    found: Text | None
    path: Text | None
    version: Text | None
    cause: Text | None
    lacks: Text
    remedy: Text | None
    commands: tuple[Text, ...]
    proof: ProofRecord | None


class DiagnosisDocument(JsonDocument):
    """What ``doctor --format json`` prints.

    Attributes:
        wasmfit, python: Their versions.
        system: The system.
        seconds: How long it took to find out.
        tools: Every tool that the catalogue could need.
        possible: What can be done without what is missing; empty where nothing is.
    """

    wasmfit: str
    python: str
    system: SystemRecord
    seconds: float
    tools: tuple[ToolRecord, ...]
    possible: tuple[Text, ...]


class ProbeRecord(JsonRecord):
    """A debug probe.

    Attributes:
        name: What it calls itself.
        selector: What ``--on probe:`` takes.
        kind: The kind of probe, as probe-rs names it.
        accessible: Whether this user may use it.
    """

    name: Text
    selector: Text
    kind: Text
    accessible: bool


class ProbesDocument(JsonDocument):
    """What ``probes --format json`` prints.

    Attributes:
        probes: The debug probes that are attached.
    """

    probes: tuple[ProbeRecord, ...]
