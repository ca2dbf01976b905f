"""Where a scheduler is, and what it takes to talk to it."""

import json
import re
from pathlib import Path

from distributed import Security

from wasmfit.errors import UsageError

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}")


def scheduler_address(named: str) -> str:
    """The scheduler's address: ``named`` itself, or what is in the scheduler's file of that name.

    Raises:
        UsageError: It is neither.
    """
    address: object = named
    if "://" not in named:
        try:
            address = json.loads(Path(named).read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{named} is neither the address of a scheduler nor a scheduler's file.",
                "An address is like tcp://127.0.0.1:8786; `dask scheduler --scheduler-file` writes a file.",
            ) from error
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address!r} is not the address of a scheduler.", "One is like tcp://127.0.0.1:8786, or tls://…"
        )
    return address


def security(address: str, role: str) -> Security:
    """Dask's own settings, which have certificates for ``role`` if the address asks for them.

    Raises:
        UsageError: They have none.
    """
    settings = Security()
    if address.startswith("tls:") and settings.get_connection_args(role)["ssl_context"] is None:
        raise UsageError(
            f"{address} needs certificates, and Dask's configuration names none for a {role}.",
            "docs/cluster.md says how to make them and where they are named.",
        )
    return settings
