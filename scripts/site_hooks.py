"""What mkdocs does not know of our pages: blocks that are a file's content."""

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_FILE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Names the file above a block that is its content; mkdocs would take such a block for text."""
    return _FILE.sub(r"`\2`:\n\n```\1", markdown)
