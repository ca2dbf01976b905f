"""What could go, and the linker's own opinion on identical code."""

import re
import subprocess
from pathlib import Path

import pytest

import wasmfit
from wasmfit.elf import Elf, parse_elf, read_elf, read_link_map
from wasmfit.elf.names.stable import family
from wasmfit.footprint.attribution.byte_map import attribute_bytes
from wasmfit.footprint.graph.folding import identical_functions, shapes
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import retention
from wasmfit.footprint.graph.saving_kinds import KINDS
from wasmfit.footprint.graph.savings import Saving, find_savings
from wasmfit.home import Home

from ...tools import tool
from .test_retention import firmware, retention_of

CATALOG = Path(__file__).parent.parent / "catalog"


def kinds_of(name: str) -> set[str]:
    return {kind.key for kind in KINDS if kind.pattern.match(name)}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (
            "_RNvXs3_NtCs9OUNIs134u7_8wasmi_ir6opcodeNtB5_6OpCodeNtNtCslG7Iqt6dOXc_4core3fmt5Debug3fmt",
            "debug",
        ),
        ("_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17hf414ecb0962f49aeE", "debug"),
        ("_RNvXs3_NtCs1_5wasmi5errorNtB5_9ErrorKindNtNtCs2_4core3fmt7Display3fmt", "display"),
        ("_RNvXsP_NtNtCs1_4core3fmt3numhNtB7_8LowerHex3fmt", "display"),
        ("_ZN60_$LT$std..io..error..Error$u20$as$u20$core..fmt..Display$GT$3fmt17hf0E", "display"),
        ("_RNvMsa_NtCslwMk8YBV1Sc_4core3fmtNtB5_9Formatter9write_str", "core-fmt"),
        ("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core-fmt"),
        ("_RNvNtNtNtNtNtCs1_4core3num3imp7flt2dec8strategy5grisu16format_shortest", "float-fmt"),
        ("_printf_float", "float-fmt"),
        ("_dtoa_r", "float-fmt"),
        ("_RNvNtCs1_4core9panicking9panic_fmt", "panic"),
        ("_RNvNtCs1_4core6result13unwrap_failed", "panic"),
        ("_ZN4core9panicking18panic_bounds_check17h0123456789abcdefE", "panic"),
        ("_RINvNtCs1_4core3ptr13drop_in_placeNtNtCs2_5wasmi5store5StoreECs3_8firmware", "drop"),
        ("_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0123456789abcdefE", "drop"),
        ("__aeabi_dadd", "soft-float"),
        ("__muldf3", "soft-float"),
        ("__aeabi_d2iz", "soft-float"),
        ("__floatunsidf", "soft-float"),
        ("__aeabi_uldivmod", "wide-division"),
        ("__udivmoddi4", "wide-division"),
        ("printf", "printf"),
        ("snprintf", "printf"),
        ("vsnprintf", "printf"),
        ("_vfprintf_r", "printf"),
        ("_svfprintf_r", "printf"),
        ("sscanf", "printf"),
        ("malloc", "malloc"),
        ("_malloc_r", "malloc"),
        ("__cxa_throw", "exceptions"),
        ("_ZTI7MyClass", "exceptions"),
        ("d_print_comp", "exceptions"),
        ("__gxx_personality_v0", "exceptions"),
        ("_ZSt4cout", "iostream"),
        ("_ZNSolsEi", "iostream"),
        ("_Unwind_RaiseException", "unwinder"),
        ("__gnu_unwind_frame", "unwinder"),
        ("_RNvNtNtCs1_4core7unicode12unicode_data15grapheme_extend", "unicode"),
    ],
)
def test_names_are_recognised(name: str, key: str) -> None:
    assert key in kinds_of(name)


@pytest.mark.parametrize(
    "name",
    [
        "main",
        "print_state",
        "freeze",
        "mallocate",
        "_RNvCs1_5wasmi7execute",
        "_ZN5wasmi7execute17h0123456789abcdefE",
        "__cxa_atexit",
        "strtok",
        "divide",
        "d_init",
    ],
)
def test_other_names_are_left_alone(name: str) -> None:
    assert kinds_of(name) == set()


DEBUG = "_RNvXCs1_3appNtB2_4KindNtNtCs2_4core3fmt5Debug3fmt"
PAD = "_RNvMNtCs2_4core3fmtNtB2_9Formatter3pad"
PANIC = "_RNvNtCs2_4core9panicking9panic_fmt"


def by_key(savings: tuple[Saving, ...]) -> dict[str, Saving]:
    return {saving.key: saving for saving in savings}


def test_formatting_takes_what_only_it_keeps_with_it() -> None:
    calls = {"reset": [DEBUG, PANIC], DEBUG: [PAD, "table"], PAD: [], "table": [], PANIC: [PAD]}
    savings = by_key(find_savings(retention_of(firmware(calls, {DEBUG: 100, PAD: 200, "table": 50}))))
    assert (savings["debug"].own.flash, savings["debug"].retained.flash) == (100, 150)
    assert (savings["core-fmt"].own.flash, savings["core-fmt"].retained.flash) == (200, 200)
    assert savings["panic"].own.flash == 8
    assert "core-fmt" not in savings["debug"].overlaps
    assert list(savings) == [
        saving.key
        for saving in find_savings(retention_of(firmware(calls, {DEBUG: 100, PAD: 200, "table": 50})))
    ]


def test_savings_that_share_bytes_say_so() -> None:
    calls = {"reset": [DEBUG], DEBUG: [PAD], PAD: []}
    savings = by_key(find_savings(retention_of(firmware(calls, {DEBUG: 100, PAD: 200}))))
    assert savings["debug"].retained.flash == 300
    assert savings["debug"].overlaps == ("core-fmt",)
    assert savings["core-fmt"].overlaps == ("debug",)


def test_the_fewest_bytes_can_be_chosen() -> None:
    calls = {"reset": [DEBUG], DEBUG: []}
    assert "debug" not in by_key(find_savings(retention_of(firmware(calls)), at_least=1000))


def test_small_fragments_that_retain_much_are_reported() -> None:
    calls = {"reset": ["main", "thin"], "main": [], "thin": ["fat"], "fat": ["fatter"], "fatter": []}
    retained = retention_of(firmware(calls, {"main": 9000, "fat": 1000, "fatter": 2000}))
    dominators = [saving for saving in find_savings(retained) if saving.key.startswith("keeper")]
    symbols = [retained.graph.fragments[saving.fragments[0]].symbol for saving in dominators]
    assert [symbol and symbol.name for symbol in symbols] == ["thin"]
    assert dominators[0].retained.flash == 3008


def test_versions_of_a_crate_are_told() -> None:
    calls = {
        "reset": ["_RNvCs1_5serde1f", "_RNvCs2_5serde1f"],
        "_RNvCs1_5serde1f": [],
        "_RNvCs2_5serde1f": [],
    }
    savings = by_key(
        find_savings(retention_of(firmware(calls, {"_RNvCs1_5serde1f": 60, "_RNvCs2_5serde1f": 40})))
    )
    assert savings["versions-of-serde"].own.flash == 40


def test_instances_of_one_generic_are_told() -> None:
    first, second = "_RINvCs1_3app4workmE", "_RINvCs1_3app4workyE"
    calls = {"reset": [first, second], first: ["leaf"], second: ["leaf2"], "leaf": [], "leaf2": []}
    savings = by_key(find_savings(retention_of(firmware(calls, {"leaf": 30, "leaf2": 20})), family=family))
    assert savings["copies"].own.flash == 8
    assert savings["copies-alike"].own.flash == 8  # the same instructions, with other targets


# Identical code


def test_functions_are_identical_if_they_lead_to_identical_ones() -> None:
    calls = {
        "reset": ["a", "b", "c"],
        "a": ["x"],
        "b": ["y"],
        "c": ["z"],
        "x": [],
        "y": [],
        "z": [],
    }
    graph = build_graph(attribute_bytes(parse_elf(firmware(calls, {"z": 20}).build())))
    groups = [{graph.fragments[n].symbol.name for n in group} for group in identical_functions(graph)]  # type: ignore[union-attr]
    assert groups == [{"a", "b"}, {"x", "y"}]
    digest = shapes(graph)
    name = {
        fragment.symbol.name: n for n, fragment in enumerate(graph.fragments) if fragment.symbol is not None
    }
    assert digest[name["a"]] == digest[name["c"]] != digest[name["x"]]


def test_functions_that_call_themselves_can_be_identical() -> None:
    calls = {"reset": ["a", "b"], "a": ["a"], "b": ["b"]}
    graph = build_graph(attribute_bytes(parse_elf(firmware(calls).build())))
    assert len(identical_functions(graph)) == 1


def test_functions_whose_address_is_taken_are_told_apart_if_need_be() -> None:
    calls = {"reset": ["a", "b"], "a": [], "b": []}
    graph = build_graph(attribute_bytes(parse_elf(firmware(calls).build())))
    assert len(identical_functions(graph, safe=True)) == 1
    calls = {"a": [], "b": [], "c": []}  # the first is in the vector table
    graph = build_graph(attribute_bytes(parse_elf(firmware(calls).build())))
    names = [graph.fragments[n].symbol.name for n in identical_functions(graph, safe=True)[0]]  # type: ignore[union-attr]
    assert names == ["b", "c"]


PROGRAM = """
int table_1[4] = {1, 2, 3, 4}, table_2[4];
__attribute__((noinline)) int add_1(int x) { return x * 3 + 5; }
__attribute__((noinline)) int add_2(int x) { return x * 3 + 5; }
__attribute__((noinline)) int add_3(int x) { return x * 3 + 6; }
__attribute__((noinline)) int user_1(int x) { return add_1(x) + table_1[x & 3]; }
__attribute__((noinline)) int user_2(int x) { return add_2(x) + table_1[x & 3]; }
__attribute__((noinline)) int user_3(int x) { return add_2(x) + table_2[x & 3]; }
__attribute__((noinline)) int user_4(int x) { return add_3(x) + table_1[x & 3]; }
__attribute__((noinline)) int loop_1(int x) { return x ? loop_1(x - 1) * x + user_1(x) : 1; }
__attribute__((noinline)) int loop_2(int x) { return x ? loop_2(x - 1) * x + user_2(x) : 1; }
int (*volatile pointers[])(int) = {add_1, user_2};
void _start(void) {
    volatile int sum = user_1(1) + user_2(2) + user_3(3) + user_4(4) + loop_1(5) + loop_2(6) + pointers[1](3);
    for (;;);
}
"""


@pytest.mark.real
@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4"])
def test_identical_code_is_what_the_linker_folds(tmp_path: Path, cpu: str) -> None:
    """lld is asked what it would fold."""
    (tmp_path / "program.c").write_text(PROGRAM)
    (tmp_path / "script.ld").write_text(
        "SECTIONS { . = 0x8000000; .text : { *(.text .text.*) } . = 0x20000000; .data : { *(.data*) } "
        ".bss : { *(.bss*) } /DISCARD/ : { *(.ARM.exidx*) } }"
    )
    flags = [
        f"-mcpu={cpu}",
        "-mthumb",
        "-Os",
        "-ffunction-sections",
        "-fno-ipa-icf",
        "-fno-section-anchors",
        "-c",
    ]
    run(tool("arm-none-eabi-gcc"), *flags, "-fno-optimize-sibling-calls", "program.c", folder=tmp_path)
    linker = tool("ld.lld", *(f"ld.lld-{version}" for version in range(22, 12, -1)))
    link = ["-T", "script.ld", "-e", "_start", "program.o", "-o", "image.elf", "-Map=image.map"]
    folded = run(linker, *link[:-2], "folded.elf", "--icf=all", "--print-icf-sections", folder=tmp_path)
    run(linker, *link, folder=tmp_path)
    theirs: list[set[str]] = []
    for line in folded.splitlines():
        match = re.search(r":\(\.text\.(\w+)\)", line)
        if match is None:
            continue
        if "selected" in line:
            theirs.append(set())
        theirs[-1].add(match[1])
    elf = read_elf(tmp_path / "image.elf")
    graph = build_graph(attribute_bytes(elf, read_link_map(tmp_path / "image.map")))
    ours = [
        {fragment.symbol.name for n in group if (fragment := graph.fragments[n]).symbol is not None}
        for group in identical_functions(graph)
    ]
    assert sorted(map(sorted, ours)) == sorted(map(sorted, theirs))
    assert {"add_1", "add_2"} in ours
    assert {"loop_1", "loop_2"} in ours
    saving = by_key(find_savings(retention(graph)))["identical"]
    text = {path: _text(read_elf(tmp_path / path)) for path in ("image.elf", "folded.elf")}
    alignment = 3 * len(saving.fragments)
    assert abs(text["image.elf"] - text["folded.elf"] - saving.own.flash) <= alignment


@pytest.mark.real
def test_what_debug_implementations_keep_is_what_goes_without_them(warm_home: Home) -> None:
    """``-Zfmt-debug=none`` makes them empty: the firmware shrinks by what was predicted."""
    comparison = wasmfit.compare(
        runtimes=["wasmi@2.0"],
        profiles=["reference", "reference-no-debug"],
        home=warm_home.root,
        catalogs=[CATALOG],
    )
    cells = {
        cell.id.rpartition("/")[2]: cell for cell in comparison.measurements if cell.id.startswith("wasmi")
    }
    sizes = {profile: cell.size.flash for profile, cell in cells.items() if cell.size is not None}
    provenance = cells["reference"].provenance
    assert provenance is not None
    assert provenance.elf is not None
    path = Path(provenance.elf)
    byte_map = attribute_bytes(read_elf(path), read_link_map(path.with_suffix(".map")))
    predicted = by_key(find_savings(retention(build_graph(byte_map))))["debug"].retained.flash
    assert predicted > 50_000
    assert predicted == pytest.approx(sizes["reference"] - sizes["reference-no-debug"], rel=0.05)


def _text(elf: Elf) -> int:
    return next(s.size for s in elf.allocated() if s.name == ".text")


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout
