"""What mkdocs does not know of our pages: blocks that are a file's content, and roles in docstrings."""

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_FILE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)
_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):<code>(?:[\w.]+\.)?(\w+)</code>")


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Names the file above a block that is its content; mkdocs would take such a block for text."""
    return _FILE.sub(r"`\2`:\n\n```\1", markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Shows what a docstring refers to by its name; roles are for tools that read reStructuredText."""
    return _ROLE.sub(r"<code>\1</code>", html)
