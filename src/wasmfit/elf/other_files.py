"""What a file is that is not an ELF file, in words, and what to give instead."""

import struct
from contextlib import suppress

from wasmfit.elf.file_bytes import FileBytes

_LINKED = "Name the ELF file that the linker wrote."
_CONVERTED = "Name the ELF file that it was made from, which has names and sections."
_FOR_ELF = "Build it for a target with ELF files."
_COFF = ("is a Windows object file (COFF), not an ELF file", _FOR_ELF)
_XCOFF = ("is an object file of AIX (XCOFF), not an ELF file", _FOR_ELF)
_MACH_O = ("is a macOS program (Mach-O), not an ELF file", _FOR_ELF)
_OTHERS = {
    b"!<arch>\n": ("is a static library, not a linked program", _LINKED),
    b"!<thin>\n": ("is a static library whose members are other files", _LINKED),
    b"<bigaf>\n": ("is a static library of AIX", _LINKED),
    b"\x00asm": ("is a WebAssembly module, not an ELF file", "Name the firmware that holds it."),
    b"BC\xc0\xde": (
        "is LLVM bitcode, which has no bytes of code yet",
        "Compile or link it, and name the result.",
    ),
    b"\xde\xc0\x17\x0b": ("is LLVM bitcode, which has no bytes of code yet", "Link it, and name the result."),
    b"\x64\x86": _COFF,
    b"\x4c\x01": _COFF,
    b"\x64\xaa": _COFF,
    b"\xc4\x01": _COFF,
    b"\0\0\xff\xff": (
        "is a Windows object file or import library (COFF), not an ELF file",
        _FOR_ELF,
    ),
    b"\x01\xdf": _XCOFF,
    b"\x01\xf7": _XCOFF,
    b"\xcf\xfa\xed\xfe": _MACH_O,
    b"\xce\xfa\xed\xfe": _MACH_O,
    b"\xfe\xed\xfa": _MACH_O,
    b":": ("looks like an Intel HEX file, which has no sections or symbols", _CONVERTED),
    b"UF2\n": ("is a UF2 file, which has no sections or symbols", _CONVERTED),
    b"S0": ("looks like a Motorola S-record file, which has no sections or symbols", _CONVERTED),
    b"DFU": ("is a DFU file, which has no sections or symbols", _CONVERTED),
    b"\xe9": ("may be an ESP image, which has no symbols", _CONVERTED),
    b"\x3d\xb8\xf3\x96": ("is an MCUboot image, which has no sections or symbols", _CONVERTED),
    b"PK\x03\x04": ("is a ZIP archive", "Name the ELF file in it."),
    b"\x1f\x8b": ("is packed with gzip", "Unpack it, and name the ELF file."),
    b"\x28\xb5\x2f\xfd": ("is packed with Zstandard", "Unpack it, and name the ELF file."),
    b"#!": ("is a script, not an ELF file", "Name the program that it starts."),
}
_NOT_ELF = "is not an ELF file"
_OF_DOS = "a DOS or Windows program (MZ, or PE that is cut off)"

# Programs of Windows and of UEFI firmware (PE), by the subsystem that they are for.
_UEFI = {10: "application", 11: "boot driver", 12: "runtime driver", 13: "ROM image"}
_PLUS = 0x20B  # PE32+, for 64 bits
_SUBSYSTEM_AT, _DIRECTORIES_AT, _CLI = 68, {False: 96, True: 112}, 14
_JAVA = range(45, 256)  # versions of Java classes, which begin as Mach-O for several processors does


def what_else(image: FileBytes) -> tuple[str, str]:
    """What a file is that does not begin as an ELF file does: a predicate, and a remedy.

    Args:
        image: The file.
    """
    start = bytes(image.part(0, min(image.size, 16)))
    if not start:
        return "is empty", _LINKED
    if start.startswith(b"MZ"):
        return f"{_of_windows(image)}, not an ELF file", _FOR_ELF
    if start[:4] in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"):
        is_java = start[3] == 0xBE and int.from_bytes(start[6:8], "big") in _JAVA
        kind = "a Java class" if is_java else "a macOS program for several processors (Mach-O)"
        return f"is {kind}, not an ELF file", _FOR_ELF
    return next((words for magic, words in _OTHERS.items() if start.startswith(magic)), (_NOT_ELF, _LINKED))


def _of_windows(image: FileBytes) -> str:
    """What a file is that begins as programs of DOS do."""
    with suppress(struct.error):
        (at,) = _unpack(image, "<I", 0x3C)
        signature = bytes(image.part(at, max(min(4, image.size - at), 0)))
        if signature != b"PE\0\0":
            kinds = {b"NE": "a program of 16-bit Windows (NE)", b"LE": "a driver of Windows 9x (LE)"}
            return f"is {kinds.get(signature[:2], _OF_DOS)}"
        optional = at + 24
        (magic,) = _unpack(image, "<H", optional)
        (subsystem,) = _unpack(image, "<H", optional + _SUBSYSTEM_AT)
        form = "PE32+" if magic == _PLUS else "PE"
        if subsystem in _UEFI:
            return f"is a UEFI {_UEFI[subsystem]} ({form})"
        directories = optional + _DIRECTORIES_AT[magic == _PLUS]
        (count,) = _unpack(image, "<I", directories - 4)
        if count > _CLI and _unpack(image, "<I", directories + 8 * _CLI)[0]:
            return f"is a .NET program ({form})"
        return f"is a Windows program ({form})"
    return f"is {_OF_DOS}"


def _unpack(image: FileBytes, form: str, at: int) -> tuple[int, ...]:
    size = struct.calcsize(form)
    if not 0 <= at <= image.size - size:
        raise struct.error
    return struct.unpack(form, image.part(at, size))
