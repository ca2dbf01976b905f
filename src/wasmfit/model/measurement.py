"""What was measured of a cell. Unknown values are ``None``, never 0."""

from pydantic import Field

from .base import Record
from .c_library import CLibrary
from .run import Run
from .status import Status

GLUE = "firmware"
"""The owner of the embedding: the crate, or the C sources, that a runtime is called from."""


class Size(Record):
    """Bytes of an image, from its ELF.

    Attributes:
        text: Size of ``.text``.
        rodata: Size of ``.rodata``.
        data: Size of ``.data``, which takes room in flash and in RAM.
        bss: Size of ``.bss``.
        flash: All bytes that are written to flash, vector table and initial values of ``.data`` included.
        pages: Erase units of flash that these bytes touch.
        page_size: The board's erase unit.
        flashed: ``pages`` × ``page_size``: what a flash tool such as probe-rs reports.
        ram_static: RAM taken before the program starts, the stack's reservation left out.
        runtime_crates: Bytes of ``.text`` owned by the runtime and its dependencies.
        owners: Section name → owner → bytes; the owners of a section add up to its size.
    """

    text: int
    rodata: int
    data: int
    bss: int
    flash: int
    pages: int
    page_size: int
    flashed: int
    ram_static: int
    runtime_crates: int
    owners: dict[str, dict[str, int]]

    @property
    def glue(self) -> int:
        """Bytes of ``.text`` owned by the embedding, with what is inlined into it of the runtime."""
        return self.owners.get(".text", {}).get(GLUE, 0)


class SourceTree(Record):
    """The user's checkout that a runtime was built from.

    Attributes:
        path: The folder that the user named.
        version: The version that it states.
        commit: The commit that was checked out; ``None`` where it is not a Git checkout.
        dirty: Whether it differed from that commit.
        sha256: SHA-256 over commit and changes, or over all files where there is no commit.
        built_like: The catalogue's version whose dependencies and embedding it was built with.
    """

    path: str
    version: str
    commit: str | None
    dirty: bool | None
    sha256: str
    built_like: str


class RelinkedImage(Record):
    """The image linked to other addresses by the same linker from the same files.

    Attributes:
        elf: Its path.
        elf_sha256: Its SHA-256.
        differs: In what it differs from the image, as a sentence.
    """

    elf: str
    elf_sha256: str
    differs: str


class Provenance(Record):
    """What made a measurement: enough to replay it.

    Attributes:
        glue: How the runtime is embedded: ``typed`` for a workload's signature, ``any`` for a user's module.
        stubs: For a user's module, import → what answers it.
        module: Path of the user's module.
        source: The checkout that the runtime was built from; ``None`` for a release.
        elf: Path of the image.
        elf_sha256: SHA-256 of the image that was measured, and that ran unless ``twin`` names another.
        twin: What ran instead of the image, where the emulated machine has no memory at the board's
            addresses.
        log: Path of the cell's log.
        module_sha256: SHA-256 of the wasm module.
        module_bytes: Length of the wasm module.
        prepared_bytes: Length of what a host step made of it, which is sent and stored in its place; ``None``
            where there is no such step.
        sent_zlib_bytes: Length of what is sent of a user's module, compressed with zlib.
        update_bytes: Length of an update of the old module to this one, where an old one was named and the
            module itself is sent.
        lockfile_sha256: SHA-256 of the Cargo lockfile.
        features: Dependencies with their features, or C defines, as built.
        flags: Compiler flags.
        tools: Tool → version.
        c_library: The C library it was linked with; ``None`` for a runtime that is not in C, and for what
            was measured before this was recorded.
        wasmfit: Version of wasmfit.
        measured_at: UTC time, ISO 8601.
        worker: The cluster's worker that measured it; ``None`` where this machine did.
        replay: The command that measures this cell again.
    """

    glue: str = "typed"
    stubs: dict[str, str] = Field(default_factory=dict)
    module: str | None = None
    source: SourceTree | None = None
    elf: str | None = None
    elf_sha256: str | None = None
    twin: RelinkedImage | None = None
    log: str | None = None
    module_sha256: str | None = None
    module_bytes: int | None = None
    prepared_bytes: int | None = None
    sent_zlib_bytes: int | None = None
    update_bytes: int | None = None
    lockfile_sha256: str | None = None
    features: dict[str, str] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    tools: dict[str, str] = Field(default_factory=dict)
    c_library: CLibrary | None = None
    wasmfit: str
    measured_at: str
    worker: str | None = None
    replay: str


class Measurement(Record):
    """A cell's record: the contract of ``compare --format json``.

    Attributes:
        id: The cell's id, ``runtime@version/module/board/base/profile``.
        runtime, version, module, board, base, profile: Its parts.
        status: How the cell ended.
        reason: Why it ended so; ``None`` where there is nothing to say.
        size: Bytes of the image, where one was linked.
        baseline: The same of the image without a runtime on the same base.
        run: The execution, where there was one.
        facts: What differs in kind between runtimes, name → fact.
        published: What others published for this cell, measure → bytes.
        published_source: Who published it, measured how.
        provenance: What made it.
    """

    id: str
    runtime: str
    version: str
    module: str
    board: str
    base: str
    profile: str
    status: Status
    reason: str | None
    size: Size | None = None
    baseline: Size | None = None
    run: Run | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    published: dict[str, int] = Field(default_factory=dict)
    published_source: str | None = None
    provenance: Provenance

    @property
    def identity(self) -> dict[str, str]:
        """What tells its cell from all others: its id and the parts of that."""
        return {
            "id": self.id,
            "runtime": self.runtime,
            "version": self.version,
            "module": self.module,
            "board": self.board,
            "base": self.base,
            "profile": self.profile,
        }
