"""A cell → an image: modules, host steps, C sources, firmware, links; all through one cache."""

from . import c, checkout, digest, firmware, guest, host, job, link, suite
from .context import Context, Progress, Step, silent
from .errors import BuildError
from .image import Image, image, key, keys
from .owners import object_rule, runtime_rule, symbol_rule
from .parcel import ParcelError, packed, unpack

__all__ = [
    "BuildError",
    "Context",
    "Image",
    "ParcelError",
    "Progress",
    "Step",
    "c",
    "checkout",
    "digest",
    "firmware",
    "guest",
    "host",
    "image",
    "job",
    "key",
    "keys",
    "link",
    "object_rule",
    "packed",
    "runtime_rule",
    "silent",
    "suite",
    "symbol_rule",
    "unpack",
]
