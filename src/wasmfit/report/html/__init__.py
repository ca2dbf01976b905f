"""The HTML report: one file that asks the network for nothing."""

from .page import to_html

__all__ = ["to_html"]
