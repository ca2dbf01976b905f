"""The Containerfile says what the documents say, and takes what it needs of a checkout and nothing else."""

import re
import subprocess

from .commands import ROOT, lines

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()


def test_it_is_built_by_the_set_up() -> None:
    (run,) = re.findall(r"^RUN (.*)$", CONTAINERFILE, re.MULTILINE)
    commands = [re.sub(r"^\w+=\S+ ", "", command) for command in run.split(" && ")]
    assert commands[0] == "scripts/setup"
    # What installs anything is in there.
    assert all(command.startswith(("apt-get clean", "rm ")) for command in commands[1:])


def test_its_system_is_one_that_works() -> None:
    base = re.search(r"^FROM debian:(\d+)$", CONTAINERFILE, re.MULTILINE)
    assert base is not None
    assert f"| Debian {base[1]} | works" in (ROOT / "docs" / "install.md").read_text(encoding="utf-8")


def test_the_page_has_its_commands() -> None:
    own = re.findall(r"^#   (podman .*)$", CONTAINERFILE, re.MULTILINE)
    assert len(own) == 2
    assert own == [line.text for line in lines(ROOT / "docs" / "install.md") if line.words[0] == "podman"]


def test_nothing_is_copied_that_git_does_not_have() -> None:
    assert IGNORED[0] == "*"
    taken = [line[2:] for line in IGNORED if line.startswith("!/")]
    for pattern in taken:
        listed = subprocess.run(
            ["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert listed.stdout, f"{pattern} is nothing that is committed"
