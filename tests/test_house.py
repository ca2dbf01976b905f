"""The files that tools and sites read: they parse, and what they name exists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_ask_for_no_more_than_reading(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["runs-on"] == "ubuntu-latest"
        assert job["timeout-minutes"] <= 350
        assert job.get("permissions", {}).keys() <= {"id-token"}


def test_the_workflow_calls_what_anybody_can_call() -> None:
    (job,) = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.stem != "config"], ids=lambda path: path.name
)
def test_issue_templates_ask_for_something(path: Path) -> None:
    template = read(path)
    assert template["name"]
    assert template["description"]
    assert any(field.get("validations", {}).get("required") for field in template["body"])


def test_hooks_call_what_the_check_calls() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    entries = [hook["entry"].split() for hook in repository["hooks"]]
    for entry in entries:
        assert (ROOT / entry[0]).is_file(), f"{entry[0]} is not there: run `make setup`"
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    programs = set(re.findall(r"^\t(\S+)", recipe, re.MULTILINE))
    assert programs == {entry[0] for entry in entries if entry[0] != ".venv/bin/python"}


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "SECURITY.md", "README.md", ".github/pull_request_template.md"]
)
def test_links_between_pages_lead_somewhere(name: str) -> None:
    page = ROOT / name
    linked = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in linked if not (page.parent / link).exists()] == []


def test_the_changelog_has_its_sections() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    assert headings[:2] == ["# Changelog", "## Unreleased"]
    release = r"## (Unreleased|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d)"
    section = r"### (Added|Changed|Deprecated|Removed|Fixed|Security)"
    for heading in headings[1:]:
        assert re.fullmatch(f"{release}|{section}", heading), heading
    for lines in re.split(r"^### .*$", text, flags=re.MULTILINE)[1:]:
        assert lines.strip().startswith("- ")
