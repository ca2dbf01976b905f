"""``wasmfit doctor``: every tool is tried, and each that does not work is told with its cause and remedy."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.samples import failed
from tests.toolchain.stand_ins import SAYS_VERSION, fake, installed
from wasmfit.api.diagnosis import Diagnosis, doctor
from wasmfit.cli.compare import print_failed
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.provided import FORMAT
from wasmfit.toolchain import Check, State

from .test_cli import wasmfit

QEMU_WITHOUT_PLUGINS = f"""\
{SAYS_VERSION}
for word; do [ "$before" = -plugin ] && break; before=$word; done
echo "qemu-system-arm: -plugin $word: plugin interface not enabled in this build" >&2
exit 1"""

NO_PLUGINS = (
    "{}/qemu-system-arm was built without support for TCG plugins, so that nothing can be counted in it"
)


def of(diagnosis: Diagnosis, need: str) -> Check:
    return next(check for check in diagnosis.checks if check.need == need)


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in front of all others on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.real
def test_what_the_set_up_installed_works_and_is_remembered(warm_home: Home) -> None:
    first, second = doctor(home=warm_home.root), doctor(home=warm_home.root)
    assert first.ok, [check.complaint for check in first.checks if not check.ok]
    assert [check.need for check in first.checks] == [check.need for check in second.checks]
    for check in second.checks:
        assert check.proof is not None
        assert check.proof.remembered
        assert check.proof.seconds > 0
    assert second.seconds < 3


@pytest.mark.real
def test_an_emulator_without_plugins_is_exactly_that(bin_: Path, warm_home: Home) -> None:
    fake(bin_, "qemu-system-arm", QEMU_WITHOUT_PLUGINS)
    path = f"{bin_}:/usr/bin:/bin"
    ended = wasmfit("doctor", home=warm_home.root, PATH=path)
    assert ended.returncode == 3
    lines = ended.stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("unusable qemu-system-arm"))
    assert lines[at].endswith(f"{bin_}/qemu-system-arm: stand-in 1.0")
    assert lines[at + 1].strip() == NO_PLUGINS.format(bin_)
    assert "There is another one, /usr/bin/qemu-system-arm: put its folder first on PATH." in lines[at + 2]
    # Whether a cargo gets crates by Git is the machine's: Debian's alone does not.
    works = [line for line in lines if line.startswith("ok ") and "crates by Git" not in line]
    assert len(works) == 6
    told = json.loads(wasmfit("doctor", "--format", "json", home=warm_home.root, PATH=path).stdout)
    [tool] = [tool for tool in told["tools"] if tool["tool"] == "qemu-system-arm"]
    assert (tool["state"], tool["ok"], tool["proof"]) == ("unusable", False, None)
    assert tool["cause"] == tool["lacks"] == NO_PLUGINS.format(bin_)


def linked(folder: Path, *programs: str) -> None:
    """Puts programs of this machine into a folder."""
    for program in programs:
        place = shutil.which(program, path="/usr/bin:/bin")
        assert place is not None, program
        (folder / program).symlink_to(place)


@pytest.mark.real
def test_all_packages_are_installed_and_it_does_not_work(
    bin_: Path, warm_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(bin_, "cc", "as", "ld")
    monkeypatch.setenv("PATH", str(bin_))
    fake(bin_, "qemu-system-arm", QEMU_WITHOUT_PLUGINS)
    installed(bin_, "*")
    diagnosis = doctor(home=warm_home.root)
    broken = of(diagnosis, "qemu-system-arm")
    assert (broken.state, broken.cause) == (State.UNUSABLE, NO_PLUGINS.format(bin_))
    assert broken.commands == ()
    assert "is installed already" in broken.remedy
    assert "--enable-plugins" in broken.remedy
    missing = of(diagnosis, "qemu-system-riscv32")
    assert missing.state is State.MISSING
    assert (missing.commands, "is installed already" in missing.remedy) == ((), True)


@pytest.mark.real
def test_a_cross_compiler_that_does_not_compile(bin_: Path, warm_home: Home) -> None:
    fake(bin_, "arm-none-eabi-gcc", f"{SAYS_VERSION}\necho 'cc1: error: no such instruction set'; exit 1")
    diagnosis = doctor(home=warm_home.root)
    broken = of(diagnosis, "arm-none-eabi-gcc")
    assert broken.state is State.UNUSABLE
    assert broken.cause == (
        "it does not compile for -mcpu=cortex-m0plus -mthumb -mfloat-abi=soft: "
        "cc1: error: no such instruction set"
    )
    assert not diagnosis.ok
    assert of(diagnosis, "riscv64-unknown-elf-gcc").ok


@pytest.mark.real
def test_without_a_compiler_for_this_machine_no_emulator_can_be_tried(bin_: Path, warm_home: Home) -> None:
    fake(bin_, "cc", f"{SAYS_VERSION}\necho 'one.c:1: fatal error: stdio.h: No such file'; exit 1")
    diagnosis = doctor(home=warm_home.root)
    compiler, emulator = of(diagnosis, "cc"), of(diagnosis, "qemu-system-arm")
    assert (compiler.state, emulator.state) == (State.UNUSABLE, State.UNUSABLE)
    assert "stdio.h: No such file" in compiler.cause
    assert emulator.cause == "it was not tried: its plugin needs a C compiler for this machine"
    assert emulator.remedy == compiler.remedy


@pytest.mark.real
def test_the_json_is_for_reports_of_bugs(warm_home: Home) -> None:
    ended = wasmfit("doctor", "--format", "json", home=warm_home.root)
    told: dict[str, Any] = json.loads(ended.stdout)
    assert told["schema"] == 1
    assert {"wasmfit", "python", "system", "seconds", "tools", "possible"} <= set(told)
    assert told["possible"] == []
    assert {"title", "machine", "package_manager"} == set(told["system"])
    assert len(told["tools"]) >= 6
    for tool in told["tools"]:
        assert set(tool) == {
            *("name", "tool", "purpose", "state", "ok", "needed", "found", "path", "version"),
            *("cause", "lacks", "remedy", "commands", "proof"),
        }
        assert tool["state"] == "ok"
        assert set(tool["proof"]) == {"words", "seconds", "remembered"}


def test_with_nothing_on_path_everything_is_missing(tmp_path: Path, warm_home: Home) -> None:
    ended = wasmfit("doctor", "--format", "json", home=warm_home.root, PATH=str(tmp_path))
    assert ended.returncode == 3
    tools = {tool["tool"]: tool for tool in json.loads(ended.stdout)["tools"]}
    for need in (
        "cc",
        "arm-none-eabi-gcc",
        "riscv64-unknown-elf-gcc",
        "qemu-system-arm",
        "qemu-system-riscv32",
    ):
        assert tools[need]["state"] == "missing"
        assert re.fullmatch(rf"there is no {need}(, [\w, -]+ or [\w-]+)? on PATH", tools[need]["cause"])
        assert tools[need]["path"] is None
        assert tools[need]["remedy"]


@pytest.mark.parametrize(
    ("status", "pointed"), [(Status.BUILD_FAILED, True), (Status.FAULTED, False), (Status.TIMEOUT, False)]
)
def test_a_build_that_fails_points_to_the_doctor(
    capsys: pytest.CaptureFixture[str], status: Status, *, pointed: bool
) -> None:
    with pytest.raises(typer.Exit):
        print_failed([failed(status, "ld.lld: error: unable to find library -lc")])
    assert ("`wasmfit doctor` says whether the tools work." in capsys.readouterr().err) is pointed


def test_what_is_possible_without_tools_is_said(tmp_path: Path, warm_home: Home) -> None:
    ended = wasmfit("doctor", home=warm_home.root, PATH=str(tmp_path), WASMFIT_IMAGES="none")
    assert ended.returncode == 3
    possible = ended.stdout.partition("Possible without what is missing:")[2]
    assert "with Python alone: `wasmfit fit`" in possible
    assert "pip install wasmfit-images" in possible


def test_compilers_are_not_needed_where_there_are_images(tmp_path: Path, warm_home: Home) -> None:
    manifest = {
        "format": FORMAT,
        "wasmfit": "0.1.0",
        "tools": {"system": "here", "rust": {"rustc": "1", "cargo": "1", "linker": "1"}, "c": {}},
        "groups": {},
        "plugins": {},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    folder = str(tmp_path)
    ended = wasmfit("doctor", "--format", "json", home=warm_home.root, PATH=folder, WASMFIT_IMAGES=folder)
    told = json.loads(ended.stdout)
    tools = {tool["tool"]: tool for tool in told["tools"]}
    for need in ("cc", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"):
        assert (tools[need]["state"], tools[need]["needed"]) == ("missing", False)
        assert tools[need]["purpose"].endswith("what wasmfit-images has needs none of it")
    assert tools["qemu-system-arm"]["needed"]
    assert any("with QEMU and wasmfit-images 0.1.0" in words for words in told["possible"])
