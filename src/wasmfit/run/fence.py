"""Which images run without a fence where the system has none: those whose parts all come with wasmfit."""

from wasmfit.builder import Context
from wasmfit.emulation import has_fence, unfenced
from wasmfit.model import Base, Build, Runtime, UserModule, Workload


def fence_around(
    context: Context, build: Build, base: Base, workload: Workload | UserModule | None = None
) -> bool:
    """Whether an image runs inside the fence around this machine's files.

    Args:
        context: What it is built and run with.
        build: Its runtime.
        base: What is below it.
        workload: What it runs; ``None`` for the W3C suite.

    Raises:
        MissingToolError: There is no fence here, and the image needs one.
    """
    if not context.fence:
        return False
    if has_fence():
        return True
    parts: list[Runtime | Base | Workload] = [
        build.runtime,
        base,
        *([workload] if isinstance(workload, Workload) else []),
    ]
    strange = isinstance(workload, UserModule) or build.checkout is not None or base.checkout is not None
    if strange or not all(context.catalog.is_built_in(part) for part in parts):
        raise unfenced()
    return False
