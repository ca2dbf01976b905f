"""What mkdocs does not know of our pages: the JSON Schemas, blocks that are a file's content, and roles in
docstrings."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_SCHEMAS = Path(__file__).parents[1] / "src" / "wasmfit" / "schemas"
_FILE = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)
_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):<code>(?:[\w.]+\.)?(\w+)</code>")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The JSON Schemas are files of the site, at schemas/NAME.json."""
    for schema in sorted(_SCHEMAS.glob("*.json")):
        files.append(File.generated(config, f"schemas/{schema.name}", abs_src_path=str(schema)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Names the file above a block that is its content; mkdocs would take such a block for text."""
    markdown = markdown.replace("(../src/wasmfit/schemas/", "(schemas/")
    return _FILE.sub(r"`\2`:\n\n```\1", markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Shows what a docstring refers to by its name; roles are for tools that read reStructuredText."""
    return _ROLE.sub(r"<code>\1</code>", html)
