"""``wasmfit size``.

Its arguments are parsed by :mod:`argparse`: typer takes longer to load than a whole analysis takes to make
(docs/decisions/0021-speed-of-size.md).
"""

import argparse
import gc
import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

from wasmfit.api.sizing import savings, size, why
from wasmfit.errors import UsageError
from wasmfit.footprint.analysis import default_by
from wasmfit.footprint.size_options import DEFAULT_BY
from wasmfit.footprint.views.memories import DeviceMemory
from wasmfit.footprint.views.tree import GroupBy, SortOrder
from wasmfit.report.size import SizeFormat, formatter

from .given_once import refuse_repeated
from .output import require_writable, write_result

SUMMARY = "Say who owns each byte of any firmware's ELF file."

# What a reader wants to see of a whole firmware: every section, most crates, the largest symbols.
_TOP = (None, 10, 3)
_TOP_OF_FEW = (None, 10)
_TOP_OF_MANY = (20, 5)
_LARGEST = 5
_UNKNOWN_WIDTH = 80
_HELP_COLUMN = 34
_FILE = "FILE | CELL"
_FEW = (GroupBy.SECTION, GroupBy.REGION, GroupBy.KIND)

_RANGE = re.compile(
    r"(0x[0-9a-f]{1,16}|\d{1,20})[:+](0x[0-9a-f]{1,16}|\d{1,20})([kmg]?)(?:i?b)?", re.IGNORECASE
)
_LIMIT = re.compile(r"(\d{1,12})([kmg]?)(?:i?b)?(?:,(\d{1,6}))?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def run(arguments: Sequence[str]) -> None:
    """Runs ``wasmfit size`` with the arguments after it.

    Raises:
        UsageError: A file cannot be read, or the arguments contradict each other.
        SystemExit: The arguments are wrong (2), or help was asked for (0).
    """
    # Records refer to each other in no circle, and there may be a million: looking for circles costs a tenth.
    looked = gc.isenabled()
    gc.disable()
    try:
        _run(arguments)
    finally:
        if looked:
            gc.enable()


def _run(arguments: Sequence[str]) -> None:
    given = _parser().parse_args(arguments)
    refuse_repeated(given.given)
    require_writable(given.output)
    _take_cells(given)
    if given.why is not None:
        write_result(_why(given), given.output)
        return
    if given.savings:
        write_result(_savings(given), given.output)
        return
    chosen = given.by is not None
    given.by = given.by or default_by(given.elf)
    show = formatter(given.format)
    analysis = size(
        given.elf,
        by=given.by,
        base=given.base,
        link_map=given.map,
        board=given.board,
        catalogs=given.catalog,
        memories=_memories(given),
        partitions=given.partitions,
        sections=given.section,
        regions=given.region,
        owners=given.owner,
        top=_top(given, chosen=chosen),
        sort=given.sort,
        references=given.references,
        inlined=given.inlined,
        limit=given.limit,
    )
    write_result(show(analysis), given.output)


class _HelpFormatter(argparse.HelpFormatter):
    """Help as the other commands have it.

    It asks for the terminal's width when help is printed: argparse makes one of these for every option, and
    what it asks for the width loads whatever packs files.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_HELP_COLUMN, width=_UNKNOWN_WIDTH)

    def format_help(self) -> str:
        import shutil

        self._width = min(shutil.get_terminal_size().columns, _UNKNOWN_WIDTH) - 2  # as typer does
        self._max_help_position = min(self._max_help_position, max(self._width - 20, 4))
        return super().format_help()

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Usage: " if prefix is None else prefix)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return super()._fill_text(text, width, f"{indent}  ")

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return str(action.metavar)
        names = ", ".join(sorted(action.option_strings, key=len))
        return names if action.nargs == 0 else f"{names} {action.metavar}"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as the other commands do."""

    def error(self, message: str) -> NoReturn:
        for pattern, words in _ERRORS:
            message = re.sub(pattern, words, message)
        sentence = message if message.endswith(".") else f"{message}."
        self.exit(2, f"{self.format_usage()}Try '{self.prog} -h' for help.\n\nError: {sentence}\n")


_ERRORS = (
    (r"^the following arguments are required: (.*)$", r"Missing argument '\1'"),
    (r"^unrecognized arguments: (-\S*).*$", r"No such option: \1"),
    (r"^unrecognized arguments: (.*)$", r"Got unexpected extra arguments (\1)"),
    (r"^argument (?:\S+/)?(\S+): (?!expected one argument)", r"Invalid value for '\1': "),
    (r"^argument (?:\S+/)?(\S+): expected one argument$", r"Option '\1' requires an argument"),
)
"""What argparse says, and what is said instead."""


class _Store(argparse.Action):
    """Stores a value, as argparse does where nothing else is said, and that it was given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse gives it
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, values)
        if option_string is not None:
            namespace.given.append(max(self.option_strings, key=len))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="wasmfit size",
        usage=f"wasmfit size [OPTIONS] {{{_FILE}}}",
        description=SUMMARY,
        allow_abbrev=False,
        add_help=False,
        formatter_class=_HelpFormatter,
    )
    parser.register("action", None, _Store)
    parser.set_defaults(given=[])
    arguments = parser.add_argument_group("Arguments")
    arguments.add_argument(
        "elf",
        metavar=_FILE,
        type=Path,
        help="The file, as the linker wrote it; or the id of a cell, for its image.  [required]",
    )
    options = parser.add_argument_group("Options")
    add = options.add_argument
    add(
        "--by",
        action="append",
        type=_by,
        metavar="ROWS",
        help=f"{_choices(GroupBy).capitalize()}; several times for rows in rows. Default: section, crate, "
        "symbol.",
    )
    add("--base", type=Path, metavar="OLD.elf", help="What changed since this file, to the byte.")
    add("--section", action="append", default=[], metavar="GLOB", help="Only these sections.")
    add("--region", action="append", default=[], metavar="GLOB", help="Only these memories.")
    add("--owner", action="append", default=[], metavar="GLOB", help="Only these crates or libraries.")
    add("--top", type=_positive, metavar="N", help="Rows of each level; the others become one row.")
    add("--all", action="store_true", help="Every row.")
    add(
        "--sort",
        type=_OneOf(SortOrder),
        default=SortOrder.SIZE,
        metavar=_values(SortOrder),
        help="Order of the rows.  [default: size]",
    )
    add("--references", action="store_true", help="Constants belong to the code that refers to them.")
    add("--inlined", action="store_true", help="Code belongs to the crate it was inlined from (needs -g).")
    instead = options.add_mutually_exclusive_group()
    instead.add_argument(
        "--why", metavar="SYMBOL", help="What refers to it, and what would be removed with it."
    )
    instead.add_argument(
        "--savings", action="store_true", help="What could be saved, with the usual remedies."
    )
    add("--map", type=Path, metavar="FILE", help="The map that the linker wrote of the same link.")
    add("-b", "--board", metavar="B", help="A board of the catalogue, for its memories.")
    add(
        "--flash",
        action="append",
        type=_range,
        default=[],
        metavar="ORIGIN:SIZE",
        help="Flash there is, such as 0x08000000:1M.",
    )
    add(
        "--ram",
        action="append",
        type=_range,
        default=[],
        metavar="ORIGIN:SIZE",
        help="RAM there is, such as 0x20000000:256K.",
    )
    add("--partitions", type=Path, metavar="FILE.toml", help="The partitions of a product's several images.")
    add("--page", type=_positive, metavar="BYTES", help="Erase unit of --flash.")
    add("--limit", type=_limit, metavar="MEMORY,SECONDS", help="For references.  [default: 1G,60]")
    add(
        "--catalog",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="A catalogue of your own next to the built-in one.",
    )
    add(
        "-f",
        "--format",
        type=_OneOf(SizeFormat),
        default=SizeFormat.TABLE,
        metavar=_values(SizeFormat),
        help="Format of the result.  [default: table]",
    )
    add("-o", "--output", type=Path, metavar="FILE", help="Default: stdout.")
    add("-h", "--help", action="help", help="Show this message and exit.")
    return parser


def _take_cells(given: argparse.Namespace) -> None:
    """Replaces cells' ids by the paths of their images, whose board says what memories there are."""
    for name in ("elf", "base"):
        path = getattr(given, name)
        if path is None or path.exists() or not ("@" in str(path) and "/" in str(path)):
            continue
        # Loaded here: an ELF file is read in less time.
        from wasmfit.api.cells import image_of

        image, board = image_of(str(path))
        setattr(given, name, image)
        if name == "elf" and given.board is None and not (given.flash or given.ram):
            given.board = board


def _why(given: argparse.Namespace) -> str:
    from wasmfit.report.size import explained

    explanations = why(given.elf, given.why, link_map=given.map, limit=given.limit)
    match given.format:
        case SizeFormat.TABLE | SizeFormat.TREE:
            return explained.to_text(explanations)
        case SizeFormat.JSON:
            return explained.to_json(explanations)
    raise UsageError("--why has no rows for a table.", "Its formats are table and json.")


def _savings(given: argparse.Namespace) -> str:
    from wasmfit.report.size import annotations, saved

    report = savings(given.elf, link_map=given.map, largest=given.top or _LARGEST, limit=given.limit)
    formats = {
        SizeFormat.JSON: saved.to_json,
        SizeFormat.CSV: saved.to_csv,
        SizeFormat.MARKDOWN: saved.to_markdown,
        SizeFormat.SARIF: annotations.to_sarif,
        SizeFormat.GITHUB: annotations.to_github,
    }
    return formats.get(given.format, saved.to_text)(report)


def _values(kind: type[Enum]) -> str:
    """The values that an option takes, as the other commands show them."""
    return f"<{'|'.join(str(member.value) for member in kind)}>"


def _choices(kind: type[Enum]) -> str:
    *first, last = (str(member.value) for member in kind)
    return f"{', '.join(first)} or {last}"


class _OneOf:
    """Makes a member of an enumeration of its value."""

    def __init__(self, kind: type[Enum]) -> None:
        self._kind = kind

    def __call__(self, text: str) -> Enum:
        try:
            return self._kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"invalid choice {text!r}: expected {_choices(self._kind)}"
            ) from None


def _by(text: str) -> Enum:
    # They are called owners as well, since a C library is not a crate.
    return GroupBy.CRATE if text == "owner" else _OneOf(GroupBy)(text)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) == 0:
        raise argparse.ArgumentTypeError(f"invalid number {text!r}: expected 1 or more")
    return int(text)


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.strip())
    length = 0 if match is None else int(match[2], 0) * _UNITS[match[3].lower()]
    if match is None or not length or int(match[1], 0) + length > 1 << 64:
        raise argparse.ArgumentTypeError(
            f"invalid range {text!r}: expected ORIGIN:SIZE, such as 0x08000000:1M or 0x0:256K"
        )
    return int(match[1], 0), length


def _limit(text: str) -> tuple[int, float]:
    match = _LIMIT.fullmatch(text.strip())
    if match is None or not int(match[1]) or not int(match[3] or 60):
        raise argparse.ArgumentTypeError(f"invalid limit {text!r}: expected MEMORY,SECONDS, such as 4G,300")
    return int(match[1]) * _UNITS[match[2].lower()], float(match[3] or 60)


def _memories(given: argparse.Namespace) -> tuple[DeviceMemory, ...]:
    """The memories; of several of a kind, the second is called ``flash2``."""
    if given.page is not None and not given.flash:
        raise UsageError("--page is the erase unit of --flash.", "Say --flash ORIGIN:SIZE as well.")
    if given.board is not None:
        if given.flash or given.ram:
            raise UsageError("--board names the memories already.", "Leave --flash and --ram out.")
        return ()
    return tuple(
        DeviceMemory(f"{name}{number if number > 1 else ''}", origin, length, page)
        for name, ranges, page in (("flash", given.flash, given.page), ("RAM", given.ram, None))
        for number, (origin, length) in enumerate(ranges, start=1)
    )


def _top(given: argparse.Namespace, *, chosen: bool) -> tuple[int | None, ...]:
    if given.top is not None:
        return (given.top,)
    if given.all or given.format in (SizeFormat.JSON, SizeFormat.CSV):
        return (None,)
    if not chosen and given.by == DEFAULT_BY:
        return _TOP
    return _TOP_OF_FEW if given.by[0] in _FEW else _TOP_OF_MANY
