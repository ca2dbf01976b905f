"""A cell → an image: modules, host steps, C sources, firmware, links; all through one cache."""

from . import c, digest, firmware, guest, host
from .context import Context, Progress, Step, silent
from .errors import BuildError
from .image import Image, base_owners, image, key, owner_of_object

__all__ = [
    "BuildError",
    "Context",
    "Image",
    "Progress",
    "Step",
    "base_owners",
    "c",
    "digest",
    "firmware",
    "guest",
    "host",
    "image",
    "key",
    "owner_of_object",
    "silent",
]
