"""Every command line of every page is run, or stands here with the reason why it is not.

A line is one of four things: run as it is; run with words added that leave it fewer runtimes to build
(``NARROWED``); run by the test that follows its page word for word (``FOLLOWED``); or read as wasmfit
reads it and not run (``NOT_RUN``; ``tests/test_docs.py`` reads them all).
"""

from pathlib import Path

import pytest

from tests.commands import PAGES, ROOT, Line, lines
from tests.contracts import COMMANDS, printed, problems
from tests.project import borrowed, prepare, shell
from wasmfit.home import Home

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

FOLLOWED = {
    "adding-a-board.md": "test_adding_a_board.py",
    "adding-a-runtime.md": "test_adding_a_runtime.py",
    "adding-a-workload.md": "test_adding_a_workload.py",
    "ci.md": "test_verdicts.py",
    "cluster.md": "test_cluster_document.py",
    "install.md": "test_debian_13.py",
    "your-module.md": "test_your_module.py",
}
"""Page → the test that does what it says, one command after the other."""

_WASM3 = "-r wasm3"

NARROWED = {
    "wasmfit compare": _WASM3,
    "wasmfit compare --sort instructions_call": _WASM3,
    "wasmfit compare --columns flash,heap_peak,stack_peak": _WASM3,
    "wasmfit compare --details": _WASM3,
    "wasmfit features": f"{_WASM3} --feature extended-const",
    "wasmfit features --feature simd --format markdown": _WASM3,
    "wasmfit economy": _WASM3,
    "wasmfit economy --stack 2048": _WASM3,
    "wasmfit report": _WASM3,
    "wasmfit report -w sha256 -w json -w fft": _WASM3,
    "wasmfit report -w 'sha*' -w json -w fft -o report.html": _WASM3,
    "wasmfit report -w sha256 --flames": _WASM3,
    "wasmfit report my.wasm --call 'run(1, 2)' --expect 3": _WASM3,
    "wasmfit compare my.wasm --call 'run(1, 2)' --expect 3": _WASM3,
    "wasmfit compare --select 'wamr-*' --format json": "-r wamr",
    "wasmfit fit --flash 512K --ram 128K": _WASM3,
    "wasmfit fit --workload json --board pico2 --needs in-place,validation": "-r wasm3 -r wamr",
    "wasmfit fit my.wasm --call 'run(1, 2)' --expect 3 --weights flash=1,ram=1,speed=2 --explain": _WASM3,
    "wasmfit tune wasmi --objective flash --objective speed": "--budget 2",
    "wasmfit new-board mine --into .": "--chip nRF52833 --target thumbv7em-none-eabihf --flash 0:512K "
    "--ram 0x20000000:128K --erase 4K --clock 64M --probe-rs nRF52833_xxAA --title Mine --source manual",
}
"""Line → words added to it: a runtime that is built in seconds, or what it would ask on a terminal."""

ENDS_WITH_1 = {
    "wasmfit features --toggle-costs": "wasmi's tail calls overflow the stack in a workload, it says",
    "wasmfit fit --workload json --board pico2 --needs in-place,validation": "neither fits, it says",
}
"""Line → why its answer, and so its exit code, is no."""

MAY_END_WITH_1 = frozenset(
    {
        "wasmfit check budget.toml",
        "wasmfit check budget.toml --run",
        "wasmfit check budget.toml --measured",
        "wasmfit check budget.toml --baseline label:main --format junit -o report.xml",
    }
)
"""Lines whose answer depends on which cells the commands before them have measured."""

BEFORE = {
    "wasmfit check budget.toml --of latest": "wasmfit compare -r wasm3 -p small",
    "wasmfit show wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference": "wasmfit compare -r wasm3",
    "wasmfit size wasm3@0.5.0/add-with-extra/nrf52840dk/bare/reference": "wasmfit compare -r wasm3",
}
"""Line → what a reader has done right before it."""

EMPTY = frozenset({"wasmfit cache", "wasmfit cache --clean"})
"""Lines that have an empty folder of wasmfit's, and not what other tests have built."""

_MINUTES = "minutes of builds"
_OF_WASMI = f"{_MINUTES} of wasmi"
_PRINTED = f"{_MINUTES}; scripts/readme.py ran it, and shows what it printed"
_SEARCH = f"{_MINUTES} of a search; README.md's line is run"
_CHECKOUT = "a checkout of somebody else's repository"
_PROBE = "a board at a debug probe"
_INSTALLS = "installs from the network"

_HISTORY = (
    "wasmfit history size.flash --by-version --select 'wasmi@*/add-with-extra/nrf52840dk/bare/reference'"
)

NOT_RUN = {
    "make compare": f"{_MINUTES} of every runtime; test_everything.py makes the same comparison",
    "make test": "runs this",
    "make maint-measured": "hours: every cell of the measured set",
    'make maint-measured ARGS="--cluster tcp://10.0.0.5:8786"': "hours, and a scheduler there",
    'make maint-measured ARGS="--again"': "hours: every cell of the measured set",
    "wasmfit bench": f"{_MINUTES}: twenty workloads on every runtime; test_workloads.py",
    "wasmfit bench -w sha256 -w 'matmul-*' -r wasm3 -r wasmi-portable": _OF_WASMI,
    "wasmfit fit --flash 80K --ram 128K -r wasm3 -r wamr -r wasefire": _PRINTED,
    "wasmfit features -r wasm3 -r wamr-fast": _PRINTED,
    _HISTORY: _PRINTED,
    "wasmfit economy -w json -r wamr": f"{_MINUTES} of six builds of WAMR; test_economy.py",
    "wasmfit features -r wasmi -r 'wamr-*' -b esp32c6": f"{_MINUTES} of wasmi for RISC-V; test_features.py",
    "wasmfit features -r tinywasm --feature mvp --failing": f"{_MINUTES} of tinywasm; test_features.py",
    'wasmfit report -r wasm3 -r wasmi -p reference -p small --title "Which interpreter?"': _OF_WASMI,
    "wasmfit report -r wasmi@0.51 -r wasmtime@38": f"{_MINUTES} of wasmi and wasmtime",
    "wasmfit compare -r wasmi -r wasmtime@38": f"{_MINUTES} of wasmi and wasmtime; test_everything.py",
    "wasmfit compare -r all -p small -p fast": f"{_MINUTES}: every version in two more profiles",
    "wasmfit compare --board all -r all": f"{_MINUTES}; test_all_boards.py does it with fewer runtimes",
    "wasmfit compare -r wasmi --source wasmi=../wasmi": f"{_CHECKOUT}; test_source.py makes one",
    "wasmfit compare --base bare,embassy": f"{_MINUTES}; README.md's line with wasm3 alone is run",
    "wasmfit compare --base bare,embassy,ariel-os --source ariel-os=../ariel-os": _CHECKOUT,
    **{
        line.text: f"{_CHECKOUT}; test_laze.py has a stand-in"
        for line in lines(ROOT / "docs" / "bases.md")
        if "--source ariel-os=." in line.text and "../" not in line.text
    },
    "wasmfit compare --base bare,riot --source riot=../RIOT": f"{_CHECKOUT}; test_systems.py has a stand-in",
    "wasmfit compare --base bare,zephyr --source zephyr=../zephyrproject": (
        f"{_CHECKOUT}; test_systems.py has a stand-in"
    ),
    "wasmfit compare -r wasm3 -r wamr-aot -r wasefire --base bare,riot --source riot=../RIOT": (
        f"{_CHECKOUT}; test_systems.py has a stand-in"
    ),
    "wasmfit compare -r wasm3 -r wasefire --base bare,zephyr --source zephyr=../zephyrproject": (
        f"{_CHECKOUT}; test_systems.py has a stand-in"
    ),
    "wasmfit compare -r wasm3 --on probe": _PROBE,
    "wasmfit compare --on probe": _PROBE,
    "wasmfit bench -r wasm3 --on probe": _PROBE,
    "wasmfit probes": "probe-rs is not among what the tests install",
    "cargo install probe-rs-tools --locked": _INSTALLS,
    "wasmfit bench --cluster tcp://10.0.0.5:8786": "a scheduler there; test_cluster.py starts its own",
    "wasmfit diff wasmi@1.1 wasmi@2.0": f"{_MINUTES} of two versions of wasmi; tests/analysis has the same",
    "wasmfit history run.instructions.call --by-version --select 'wasmi@*/*/nrf52840dk/*'": _OF_WASMI,
    "wasmfit size firmware.elf --why format_exact": "firmware that prints floats; docs/json.md has another",
    "wasmfit size firmware.elf --map firmware.map -f json": "a linker's map; tests/footprint makes them",
    "wasmfit tune wasmi --board nrf52840dk": _SEARCH,
    "wasmfit tune wasmi --objective flash --objective speed --budget 20": _SEARCH,
    "wasmfit tune wasmtime --objective flash --objective speed --budget 6": _SEARCH,
    "wasmfit tune wasmi --set opt=s,2 --set messages=on": _SEARCH,
    "wasmfit tune wasmi --set icf=all --set opt=2 --only": f"{_OF_WASMI}; test_tune_aim.py has more",
    **{
        line.text: f"{_MINUTES}; test_tune_aim.py"
        for line in lines(ROOT / "docs" / "tune.md")
        if "--only --set" in line.text
    },
    "wasmfit compare blink.wasm --call 'run(3, 0.5)' --import env.clock_ms=clock_ms --import env.log=log": (
        "your-module.md makes blink.wasm: test_your_module.py; without compilers: test_images.py"
    ),
    "sudo apt-get update": _INSTALLS,
    "sudo apt-get install -y gcc-arm-none-eabi picolibc-arm-none-eabi qemu-system-arm": _INSTALLS,
    "rustup toolchain install stable --profile minimal --component rust-src": _INSTALLS,
    "pip install wasmfit": _INSTALLS,
    "pip install 'wasmfit[tune]'": _INSTALLS,
}
"""Line → why it is not run."""

ALL = [line for page in PAGES for line in lines(page)]
RUN = [line for line in ALL if line.page not in FOLLOWED and line.text not in NOT_RUN]


@pytest.fixture(scope="module")
def home(warm_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return borrowed(warm_home, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def place(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("project")
    prepare(place, home)
    return place


@pytest.mark.parametrize("line", tuple(dict.fromkeys(RUN)), ids=lambda line: f"{line.page}: {line.text}")
def test_the_command_does_something(home: Home, place: Path, tmp_path: Path, line: Line) -> None:
    if line.text in EMPTY:
        home = Home.at(tmp_path)
    if line.text in BEFORE:
        assert shell(home, place, BEFORE[line.text]).returncode == 0
    ended = shell(home, place, f"{line.text} {NARROWED.get(line.text, '')}")
    right = {0, 1} if line.text in MAY_END_WITH_1 else {1 if line.text in ENDS_WITH_1 else 0}
    assert ended.returncode in right, ended.stderr + ended.stdout
    assert ended.stdout or ended.stderr


def test_no_line_is_forgotten_and_no_reason_is_left_over() -> None:
    texts = {line.text for line in ALL}
    assert NOT_RUN.keys() <= texts
    assert NARROWED.keys() | ENDS_WITH_1.keys() | MAY_END_WITH_1 | BEFORE.keys() | EMPTY <= {
        line.text for line in RUN
    }
    assert FOLLOWED.keys() <= {line.page for line in ALL}


@pytest.mark.parametrize(("page", "test"), FOLLOWED.items(), ids=FOLLOWED.keys())
def test_the_test_that_follows_a_page_reads_it(page: str, test: str) -> None:
    assert page in (Path(__file__).parent / test).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "line"), COMMANDS.items(), ids=COMMANDS.keys())
def test_json_is_what_its_schema_says(home: Home, place: Path, name: str, line: str) -> None:
    assert problems(name, printed(home, place, line)) == []
