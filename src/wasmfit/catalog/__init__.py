"""What exists, as data: boards, profiles, runtimes and workloads."""

from .load import Catalog, CatalogError

__all__ = ["Catalog", "CatalogError"]
