"""A cell → an image: modules, host steps, C sources, firmware, links; all through one cache."""

from . import absent, checkout, digest, firmware, host, host_tool, job, link, module, prelinking, suite
from .archive import ArchiveError, packed, unpack
from .backends import Backend, backend_of
from .context import Context, Progress, StepContext, silent
from .errors import BuildError, MissingCompilerError
from .image import Image, image, keys, steps
from .layout import linked as linked_in_layout
from .layout import linked_elsewhere
from .link import LinkOrder
from .owners import is_instance_for_glue, object_rule, runtime_rule, symbol_rule
from .payload import CommandsPayload, OpenPayload
from .spec import FirmwareSpec, PackageSpec
from .step import REFUSED, BuildStep

__all__ = [
    "REFUSED",
    "ArchiveError",
    "Backend",
    "BuildError",
    "BuildStep",
    "CommandsPayload",
    "Context",
    "FirmwareSpec",
    "Image",
    "LinkOrder",
    "MissingCompilerError",
    "OpenPayload",
    "PackageSpec",
    "Progress",
    "StepContext",
    "absent",
    "backend_of",
    "checkout",
    "digest",
    "firmware",
    "host",
    "host_tool",
    "image",
    "is_instance_for_glue",
    "job",
    "keys",
    "link",
    "linked_elsewhere",
    "linked_in_layout",
    "module",
    "object_rule",
    "packed",
    "prelinking",
    "runtime_rule",
    "silent",
    "steps",
    "suite",
    "symbol_rule",
    "unpack",
]
