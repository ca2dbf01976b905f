"""What the host step's program is compiled with on machines other than the usual one."""

from wasmfit.catalog import Catalog

AOT = Catalog.load().runtimes["wamr-aot"]


def test_wamrs_compiler_is_told_the_machine_that_it_runs_on() -> None:
    assert AOT.c is not None
    assert AOT.c.host is not None
    here, there = AOT.c.host.on("x86_64"), AOT.c.host.on("aarch64")
    # On AArch64, with the macro of x86-64, posix_memmap.c asks for MAP_32BIT, which is not there.
    assert here.defines["BUILD_TARGET_X86_64"] == "1"
    assert "BUILD_TARGET_AARCH64" not in here.defines
    assert "BUILD_TARGET_X86_64" not in there.defines
    assert there.defines["BUILD_TARGET_AARCH64"] == "1"
    rest = here.defines.keys() - {"BUILD_TARGET_X86_64"}
    assert all(there.defines[name] == here.defines[name] for name in rest)
    # Neither is in the key of the other.
    assert here.machines == there.machines == {}
    # Another machine is taken for the usual one.
    assert AOT.c.host.on("riscv64") == here
