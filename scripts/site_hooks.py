"""What mkdocs does not know of our pages: blocks that are a file's content, and the list of decisions."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_FILE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Names the file above a block that is its content; mkdocs would take such a block for text."""
    return _FILE.sub(r"`\2`:\n\n```\1", markdown)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the page that lists every decision: a list in a file would have to be merged with each new one."""
    lines = ["# Decisions", "", "Why things are as they are, with what was measured.", ""]
    for path in sorted((Path(config.docs_dir) / "decisions").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{path.stem[:4]}]({path.name}): {title}")
    files.append(File.generated(config, "decisions/index.md", content="\n".join(lines) + "\n"))
    return files
