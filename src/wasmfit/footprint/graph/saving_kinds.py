"""The kinds of code and data that firmware often carries without need, by the names of their symbols.

Rust's names are matched as they are mangled: in v0 names a part of a path is its length and its text
(``3fmt5Debug``), also where the rest of the path is a back reference; legacy names spell it (``fmt..Debug``).
"""

import re
from typing import NamedTuple


class SavingKind(NamedTuple):
    """A kind of code or data that could be saved.

    Attributes:
        key: A short name that stays the same.
        title: What it is, in a few words.
        remedy: What is usually done about it.
        pattern: Matches the beginning of the names of its symbols (all of it, if it ends with ``$``).
    """

    key: str
    title: str
    remedy: str
    pattern: re.Pattern[str]


def _any(*patterns: str, whole: bool = False) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(patterns)})" + ("$" if whole else ""))


_TRAITS = ("LowerHex", "UpperHex", "Binary", "Octal", "LowerExp", "UpperExp", "Pointer", "Display")
_V0_TRAITS = "|".join(f"{len(name)}{name}" for name in _TRAITS)

KINDS = (
    SavingKind(
        "debug",
        "Debug implementations",
        "no {:?} in what is shipped: Display, or a code, instead; derive(Debug) only with a feature; "
        "-Zfmt-debug=none (nightly)",
        _any(
            r"_R.*5Debug3fmt",
            r"_ZN.*fmt\.\.Debug\$GT\$3fmt",
            r"_R.*9Formatter\d+debug_",
            r"_R.*3fmt8builders",
        ),
    ),
    SavingKind(
        "display",
        "Display and other formatting implementations",
        "codes instead of texts; defmt, which formats on the host",
        _any(rf"_R.*(?:{_V0_TRAITS})3fmt", rf"_ZN.*fmt\.\.(?:{'|'.join(_TRAITS)})\$GT\$3fmt"),
    ),
    SavingKind(
        "core-fmt",
        "Rust's formatting machinery (core::fmt)",
        "nothing that formats: panic = immediate-abort, no Debug and Display in use; or ufmt, defmt",
        _any(r"_R.*4core3fmt", r"_ZN4core3fmt", r"_ZN.*core\.\.fmt"),
    ),
    SavingKind(
        "float-fmt",
        "Printing and reading of floating-point numbers",
        "no floats in texts; in C a printf without them (newlib-nano without -u _printf_float, picolibc's "
        "integer-only printf)",
        _any(
            r"_R.*(?:7flt2dec|7dec2flt|6bignum|14float_to_)",
            r"_ZN4core3num(?:7flt2dec|7dec2flt|6bignum)",
            r"_printf_float$",
            r"_scanf_float$",
            r"_?l?dtoa(?:_r)?$",
            r"__[adf]to[adf]_engine$",
            r"_?strto(?:d|f|ld)(?:_[rl]+)?$",
            r"__(?:multadd|pow5mult|lshift|mdiff|hi0bits|multiply|d2b|b2d|ratio|gethex|mcmp)$",
            r"quorem$",
        ),
    ),
    SavingKind(
        "panic",
        "Panics: functions, locations and messages",
        "panic = immediate-abort (nightly, with build-std); -Zlocation-detail=none drops the paths; get() "
        "and checked arithmetic where indexing cannot be proven",
        _any(
            r"_R.*(?:9panicking|17rust_begin_unwind|18handle_alloc_error|12handle_error|17capacity_overflow)",
            r"_R.*(?:13unwrap_failed|13expect_failed|\d+slice_\w*fail|\d+panic_[a-z]+|13assert_failed)",
            r"_ZN4core9panicking",
            r"_ZN\w*(?:unwrap_failed|expect_failed|slice_\w+_fail|handle_error)17h",
            r"rust_(?:begin_unwind|panic)",
            r"__assert_f\w+$",
        ),
    ),
    SavingKind(
        "drop",
        "Drop glue",
        "what lives for ever need not be dropped: static, ManuallyDrop, mem::forget; fewer owning types in "
        "enums",
        _any(r"_R.*(?:13drop_in_place|9drop_glue)", r"_ZN4core3ptr\d+drop_in_place"),
    ),
    SavingKind(
        "soft-float",
        "Floating-point arithmetic in software",
        "a target with an FPU of that width, f32 instead of f64, or fixed-point numbers",
        _any(
            r"__aeabi_[fd](?:add|sub|rsub|mul|div|neg|cmp\w*|2\w+)$",
            r"__aeabi_(?:u?i|u?l)2[fd]$",
            r"__aeabi_c[fd]\w+$",
            r"__aeabi_[hf]2[hfd](?:_alt)?$",
            r"__(?:add|sub|mul|div|neg|eq|ne|lt|le|gt|ge|unord|cmp)[sdt]f[23]$",
            r"__pow[sdt]i[sdt]f2$",
            r"__(?:fix|fixuns)[sdt]f[sdt]i$",
            r"__(?:float|floatun)[sdt]i[sdt]f$",
            r"__(?:extend|trunc)[hsdt]f[hsdt]f2$",
            r"_R.*17compiler_builtins5float",
        ),
    ),
    SavingKind(
        "wide-division",
        "Division of 64- and 128-bit integers",
        "divide 32-bit numbers, or by constants and powers of two",
        _any(
            r"__aeabi_u?ldivmod$",
            r"__u?(?:div|mod)[dt]i3$",
            r"__u?divmod[dt]i4$",
            r"_R.*17compiler_builtins3int.*(?:div|rem)",
        ),
    ),
    SavingKind(
        "unicode",
        "Unicode tables",
        "the ASCII methods of char and str, such as to_ascii_lowercase",
        _any(r"_R.*4core7unicode", r"_ZN4core7unicode"),
    ),
    SavingKind(
        "printf",
        "C's printf and scanf families",
        "puts and own conversions; newlib-nano's or picolibc's integer-only printf",
        _any(
            r"_?_?v?(?:f|s|sn|as|asn|d)?n?i?(?:printf|scanf)(?:_r|_chk)?$",
            r"_v?s?(?:vf|svf)i?(?:printf|scanf)(?:_r)?$",
            r"__[dlmifc]_v?[fs]*(?:printf|scanf)$",
            r"__ss?v?fi?scanf_r$",
            r"__s[sf]?(?:puts|print)_r$",
            r"_(?:printf|scanf)_(?:i|common|chars)$",
            r"__ultoa_invert$",
            r"__v\w*(?:printf|scanf)_internal$",
        ),
    ),
    SavingKind(
        "malloc",
        "C's heap",
        "static memory, or a smaller allocator (newlib-nano's, picolibc's nano-malloc)",
        _any(
            r"_?_?(?:malloc|calloc|realloc|free|memalign|malloc_trim|malloc_usable_size|mallinfo)(?:_r)?$",
            r"_?sbrk(?:_r|_aligned)?$",
            r"__malloc_\w+$",
        ),
    ),
    SavingKind(
        "exceptions",
        "C++ exceptions and run-time types",
        "-fno-exceptions -fno-rtti, also for the library; an own std::terminate handler",
        _any(
            r"__cxa_(?!atexit|finalize|pure|guard)",
            r"__gxx_",
            r"_ZT[IS]",
            r"_ZN10__cxxabiv1",
            r"_ZNK?St\d*(?:type_info|exception|bad_\w+)",
            r"_ZN9__gnu_cxx27__verbose_terminate_handlerEv",
            r"_ZSt9terminatev",
            r"_ZSt\d+__throw",
            # The parts of libiberty's demangler, which the handler of uncaught exceptions prints names with.
            r"d_(?:print|make|count|append|growable|cv_qual|bare_fun|special|maybe_mod|template|substit|source_n)",
            r"d_(?:expr|encoding|type$|name$|operator_n|unqualified|discrim|local_name|find_pack|lookup_temp)",
        ),
    ),
    SavingKind(
        "iostream",
        "C++ streams and locales",
        "printf or an own output instead of iostream",
        _any(
            r"_ZNK?S[oid]",
            r"_ZSt\d+(?:cout|cin|cerr|clog|ws|endl)",
            r"_ZNK?St\d+(?:basic_\w*(?:stream|ios|streambuf|filebuf)|locale|ctype|num_|money|time_|ios_base)",
        ),
    ),
    SavingKind(
        "unwinder",
        "Unwinding: tables and the code that reads them",
        "-fno-unwind-tables -fno-asynchronous-unwind-tables -fno-exceptions; panic = abort; /DISCARD/ of "
        ".ARM.exidx and .eh_frame in the linker script if nothing unwinds",
        _any(
            r"_Unwind_",
            r"__gnu_unwind_",
            r"unwind_phase2",
            r"get_eit_entry$",
            r"uw_[a-z_]+$",
            r"__(?:de)?register_frame",
        ),
    ),
)
"""All kinds that are recognised by names."""

MESSAGE = re.compile(
    rb"assertion failed|assertion `left|called `(?:Option|Result)::|internal error: entered|attempt to |"
    rb"index out of bounds|explicit panic|not (?:yet )?implemented|unsafe precondition|capacity overflow|"
    rb"range (?:start|end) index|already (?:mutably )?borrowed|out of range for slice|memory allocation of"
)
"""What is in the texts of panics that Rust and its library write."""
SOURCE = re.compile(rb"[^\0]*\.rs\0?")
"""The path of a Rust source file."""
