"""Types of fields that several requests have: what they take, and how the command line spells them."""

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from wasmfit.analysis.evidence import REQUIRABLE_FEATURES
from wasmfit.problem import problem

from .option import Argument, Option

FOLDER = "folder"
"""Key of the validation context: the folder that relative paths start from, for a request in a file."""


class SourceFolder(NamedTuple):
    """A folder of the user's that something of the catalogue is built from.

    Attributes:
        name: A runtime, or a base that is an operating system.
        path: The folder.
    """

    name: str
    path: Path


def _several(value: object) -> object:
    """One text or path stands for a list of it."""
    return (value,) if isinstance(value, str | Path) else value


def _texts(value: object) -> object:
    """Results of calls: numbers are taken as they are written."""
    values = (value,) if isinstance(value, str | int | float) else value
    if not isinstance(values, list | tuple):
        return values
    return tuple(str(item) if isinstance(item, int | float) else item for item in values)


def _split(value: object) -> object:
    """Texts that may hold several names, with commas; each name once."""
    values = _several(value)
    if not isinstance(values, list | tuple) or not all(isinstance(item, str) for item in values):
        return values
    parts = (part.strip() for item in values for part in item.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _split_names(value: object) -> object:
    """The same; a text without any name stays, so that it is refused and does not stand for all."""
    values = _several(value)
    if not isinstance(values, list | tuple) or not all(isinstance(item, str) for item in values):
        return values
    parts = ([part for part in map(str.strip, item.split(",")) if part] or [item] for item in values)
    return tuple(dict.fromkeys(name for names in parts for name in names))


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    folder = (info.context or {}).get(FOLDER)
    return path if folder is None else folder / path


def _tree(value: object) -> object:
    if not isinstance(value, str):
        return value
    name, separator, path = value.partition("=")
    if not (name and separator and path):
        raise problem(
            f"--source takes RUNTIME=PATH, and {value!r} is not that.",
            "For example: --source wasmi=../wasmi",
        )
    return SourceFolder(name, Path(path))


def _tree_from_folder(tree: SourceFolder, info: ValidationInfo) -> SourceFolder:
    return SourceFolder(tree.name, _from_folder(tree.path, info))


def _rules(value: object) -> object:
    """Rules for imports: a table, or texts ``MODULE.NAME=RULE``. Numbers are rules as well."""
    values = _several(value)
    if isinstance(values, dict):
        return {name: str(rule) if isinstance(rule, int | float) else rule for name, rule in values.items()}
    if isinstance(values, list | tuple) and all(isinstance(item, str) for item in values):
        return dict(map(_rule, values))
    return {} if values is None else values


def _rule(text: str) -> tuple[str, str]:
    name, separator, rule = text.rpartition("=")
    if not (name and separator and rule):
        raise problem(
            f"--import takes MODULE.NAME=RULE, and {text!r} is not that.",
            "For example: --import env.clock_ms=clock_ms",
        )
    return name, rule


def _scheduler(value: str, info: ValidationInfo) -> str:
    """An address stays as it is; a file is found from the folder of the request."""
    return value if "://" in value else str(_from_folder(Path(value), info))


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
NamesWithCommas = Annotated[tuple[str, ...], BeforeValidator(_split_names)]
TextsWithCommas = Annotated[tuple[str, ...], BeforeValidator(_split)]
RelativePath = Annotated[Path, AfterValidator(_from_folder)]

Runtimes = Annotated[
    NamesWithCommas,
    Option(
        ("--runtime", "-r"),
        "R",
        "Runtime, R@VERSION, a pattern, newest or all; several with commas. Default: newest, one version of "
        "each.",
    ),
]
Workloads = Annotated[
    NamesWithCommas,
    Field(min_length=1),
    Option(("--workload", "-w"), "W", "Workload, or a pattern; several with commas."),
]
Boards = Annotated[
    NamesWithCommas,
    Field(min_length=1),
    Option(("--board", "-b"), "B", "Board, a pattern or all; several with commas."),
]
Bases = Annotated[
    NamesWithCommas, Field(min_length=1), Option(("--base",), "BASE", "Base, or several with commas.")
]
Profiles = Annotated[
    NamesWithCommas,
    Field(min_length=1),
    Option(("--profile", "-p"), "P", "Profile, or several with commas."),
]
Select = Annotated[Names, Option(("--select",), "GLOB", "Only cells whose id matches.")]
Sources = Annotated[
    tuple[
        Annotated[
            SourceFolder,
            BeforeValidator(_tree),
            AfterValidator(_tree_from_folder),
            WithJsonSchema({"type": "string", "pattern": "^[^=]+=.+$"}),
        ],
        ...,
    ],
    BeforeValidator(_several),
    Option(
        ("--source",),
        "RUNTIME=PATH",
        "A working tree of a runtime, measured next to its release; of an operating system among the "
        "bases, the checkout to build from. May be repeated.",
    ),
]

Toggles = Annotated[
    NamesWithCommas,
    Option(
        ("--with",),
        "TOGGLE",
        "A feature toggle, such as fuel: variants with it are measured next to those without. "
        "May be repeated.",
    ),
]

Workload = Annotated[str, Option(("--workload", "-w"), "W", "Workload.")]
Board = Annotated[str, Option(("--board", "-b"), "B", "Board.")]
Base = Annotated[str, Option(("--base",), "BASE", "Base.")]
Profile = Annotated[str, Option(("--profile", "-p"), "P", "Profile.")]

ModulePath = Annotated[
    RelativePath,
    Argument("[MODULE.wasm | CELL]", "A module of your own, instead of a workload; or one cell's id."),
]
MoreModules = Annotated[
    tuple[RelativePath, ...],
    BeforeValidator(_several),
    Argument("[MODULE.wasm…]", "More modules, of which the same is wanted: a suite of your own."),
]
ModulePaths = Annotated[
    tuple[RelativePath, ...],
    BeforeValidator(_several),
    Argument("[MODULE.wasm…]", "Modules of your own, instead of workloads; next to them, with -w."),
]
Calls = Annotated[
    Names,
    Option(
        ("--call",),
        "'NAME(1, 2)'",
        "A call of the module's export. May be repeated: the last is the warm call.",
    ),
]
Expected = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    Option(("--expect",), "VALUE", "What the call returns; floats may have a tolerance: 3.14~0.01."),
]
ExpectedLogs = Annotated[
    Names, Option(("--expect-log",), "TEXT", "What the call logs, through an import that log answers.")
]
ExpectedStdout = Annotated[
    str | None,
    Option(("--expect-stdout",), "TEXT|@FILE", "What a WASI command writes to standard output."),
]
Before = Annotated[
    Names,
    Option(("--before",), "'NAME(1, 2)'", "A call that is made first and not measured. May be repeated."),
]
Times = Annotated[int | None, Option(("--calls",), "N", "How often a single call is made. Default: 3.")]
FreshInstance = Annotated[
    bool,
    Option(("--fresh-instance",), None, "Each call has an instance of its own, so that none is a warm one."),
]
Allocator = Annotated[
    str | None,
    Option(
        ("--allocator",), "NAME", "The export that gives out memory for buffers, if it is not a usual one."
    ),
]
Preset = Annotated[
    str | None,
    Option(("--preset",), "NAME", "Imports, calls and results of a benchmark: embench or coremark."),
]
Args = Annotated[Names, Option(("--arg",), "TEXT", "An argument of a WASI command. May be repeated.")]
Stdin = Annotated[
    RelativePath | None, Option(("--stdin",), "FILE", "What a WASI command reads from standard input.")
]
UpdateFrom = Annotated[
    RelativePath | None,
    Option(("--update-from",), "OLD.wasm", "An older module: the bytes of an update to this one are shown."),
]
InstructionLimit = Annotated[
    str | int | None,
    Option(
        ("--limit",),
        "N",
        "Instructions after which a run is given up: 20G, 500M. Default: 2G, and more where the first call "
        "shows that all of them need more.",
    ),
]
Timeout = Annotated[float | None, Option(("--timeout",), "SECONDS", "Time after which a run is given up.")]
Imports = Annotated[
    dict[str, str],
    BeforeValidator(_rules),
    Option(
        ("--import",),
        "MODULE.NAME=RULE",
        "What answers an import: noop, a number, clock_ms[:STEP], clock_us, random, log, trap, exit, begin "
        "and end of the region of interest, @FILE with samples; pages of a memory, value of a global.",
    ),
]
StubAll = Annotated[
    bool, Option(("--stub-all",), None, "Imports that are not named do nothing and return 0.")
]

On = Annotated[
    str | None,
    Option(("--on",), "probe[:SELECTOR]", "Run on the board at a debug probe as well, through probe-rs."),
]
Rerun = Annotated[bool, Option(("--rerun",), None, "Measure again what is stored already.")]
Measured = Annotated[
    bool,
    Option(
        ("--measured",),
        None,
        "Build and run nothing: answer from what was measured before, here or for the set that comes with "
        "wasmfit.",
    ),
]
NoFence = Annotated[
    bool,
    Option(("--no-fence",), None, "Run emulated images without the fence around this machine's files."),
]
RerunFailed = Annotated[
    bool, Option(("--rerun-failed",), None, "Measure again what is stored and failed, and nothing else.")
]
Jobs = Annotated[
    int | None,
    Field(ge=1),
    Option(("--jobs", "-j"), "N", "Builds and emulators at a time. Default: as many as processors."),
]
Label = Annotated[str | None, Option(("--label",), "NAME", "Name this run, for diff, check and history.")]
Catalogs = Annotated[
    tuple[RelativePath, ...],
    BeforeValidator(_several),
    Option(("--catalog",), "DIR", "A catalogue of your own next to the built-in one."),
]
Cluster = Annotated[
    Annotated[str, AfterValidator(_scheduler)] | None,
    Option(
        ("--cluster",),
        "ADDRESS|FILE",
        "Send the cells to the workers of a Dask scheduler: tcp://…, tls://… or its file.",
    ),
]

Layouts = Annotated[
    int,
    Field(ge=1, le=64),
    Option(
        ("--layouts",),
        "N",
        "Link each image in N orders of its functions, run each, and show the spread of the predicted time, "
        "which depends on where the linker places code. Default: 1, the image itself.",
    ),
]
CheckStores = Annotated[
    bool,
    Option(
        ("--check-stores",),
        None,
        "Run each image once more and look at every store: whether it goes to memory that is somebody's, or "
        "astray.",
    ),
]
Clock = Annotated[
    str | None,
    Option(("--clock",), "CLOCK", "Predict time at this clock of the core, such as 48MHz."),
]
Assume = Annotated[
    TextsWithCommas,
    Option(
        ("--assume",),
        "NAME=VALUE",
        "Predict time as the firmware sets up the board, such as icache=off; `wasmfit show board NAME` lists "
        "what is known.",
    ),
]
Flash = Annotated[
    str | int | None,
    Option(
        ("--flash",), "SIZE", "Flash there is room for: 512K, 1M, bytes (K = 1024). Default: the board's."
    ),
]
Ram = Annotated[
    str | int | None,
    Option(("--ram",), "SIZE", "RAM there is: 64K, 1M, bytes (K = 1024). Default: the board's."),
]
Needs = Annotated[
    TextsWithCommas,
    Option(
        ("--needs",),
        "A,B",
        f"What is needed: {', '.join(REQUIRABLE_FEATURES)}; or a predicted time: 'start<20ms' (load and "
        "instantiation), 'call<1ms'; or, on boards whose file has the supply's current, 'charge<5uC' or "
        "'energy<20uJ' of a call.",
    ),
]
Weights = Annotated[str | None, Option(("--weights",), "flash=1,ram=1,speed=1", "How much each counts.")]
