"""What can be wrong with a cluster."""

from wasmfit.errors import WasmfitError


class ClusterError(WasmfitError):
    """The cluster cannot be reached, or cannot go on."""
