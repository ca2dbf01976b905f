"""Owners of what C and assembly leave: libraries by their archives and their functions' names.

These are the rules of ``wasmfit size`` for firmware of which it knows nothing.
"""

import re
from collections.abc import Iterable

from wasmfit.elf.records import Symbol
from wasmfit.footprint.attribution.owners import SymbolRule

# Archive → library. The C library's archive is called libc.a whoever made it; the path may tell.
_ARCHIVE = re.compile(r"(?:^|[/\\])([^/\\()]+)\(([^()]+)\)$")
_C_LIBRARY = re.compile(
    r"lib(?:c|m|g|c_nano|g_nano|c_p|m_p|semihost|crt0[\w-]*|nosys|rdimon(?:_nano)?|gloss)\.a"
)
_COMPILER_LIBRARY = re.compile(r"lib(?:gcc|gcc_eh|clang_rt[\w.-]*)\.a")
_CPP_LIBRARY = re.compile(r"lib(?:stdc\+\+|supc\+\+|c\+\+|c\+\+abi)(?:_nano|_p)?\.a")
_START_FILES = re.compile(r"(?:^|[/\\])crt(?:0|1|i|n|begin[ST]?|end[S]?)[\w-]*\.o$")
_RUST_OBJECT = re.compile(r"\.rcgu\.o$")


def owner_of_object(name: str) -> str | None:
    """The owner of what comes from an object and has no Rust name.

    Args:
        name: The object's path in a map, ``libc.a(memcpy.o)`` for a library's member; or the name of a file
            symbol, which is a source file or a codegen unit of rustc's.

    Returns:
        The library, or the object's or the source file's name; None when it does not tell.
    """
    member = _ARCHIVE.search(name)
    if member is not None:
        archive, object_name = member.groups()
        if _RUST_OBJECT.search(object_name):
            return None  # its crates are told by its symbols and its codegen unit
        return _library(archive, name) or archive
    if _START_FILES.search(name) or name in ("crtstuff.c", "crt0.c", "crti.S", "crtn.S"):
        return "start files"
    if _RUST_OBJECT.search(name) or "-cgu." in name:
        return None
    return re.split(r"[/\\]", name)[-1] or None


def _library(archive: str, path: str) -> str | None:
    if _C_LIBRARY.fullmatch(archive):
        if archive.endswith("_nano.a"):
            return "newlib"  # which alone is called so, wherever it lies
        return next((name for name in ("picolibc", "newlib", "musl", "glibc") if name in path), "C library")
    if _COMPILER_LIBRARY.fullmatch(archive):
        return "libgcc" if archive.startswith("libgcc") else "compiler-rt"
    return "libstdc++" if _CPP_LIBRARY.fullmatch(archive) else None


# What compilers call for what the processor cannot do, by GCC's and Arm's names.
_HELPERS = (
    r"__aeabi_\w+|__(?:gnu_)?\w+_(?:ieee|half|float|double)"
    r"|__(?:u?div|u?mod|u?divmod|mul|neg|abs|add|sub|cmp|ucmp|ashl|ashr|lshr|ffs|clz|ctz|popcount|parity|bswap|pow)"
    r"[sdtx][icf](?:3|4|2)?|__(?:add|sub|mul|div|neg|lt|le|eq|ne|ge|gt|unord)[sdtx]f[23]"
    r"|__(?:fix|fixuns|float|floatun|floatuns|extend|trunc)[sdt][fi][sdt][fi]2?|__(?:u)?cmpdi2|__gnu_thumb1_case_\w+"
    r"|__(?:sync|atomic)_\w+|__div0|__aeabi_[il]div0|__udivmoddi4|__riscv_(?:save|restore)_\d+|__clzsi2|__popcountsi2"
)
# Mangled names of namespace std, with its abbreviations (Ss is std::string), and of the language itself.
_CPP_NAMES = r"_Z(?:T[VISTC])?(?:N[VK]*)?S[tabsiod]|__cxa_|__gxx_|_Z(?:nw|na|dl|da)[a-zP]"
_LIBCPP = "St3__1"
_C_NAMES = """
    __assert_func __atexit __d_vfprintf __dtoa_engine __errno __errno_location __f_vfprintf __file_str_put
    __ftoa_engine __i_vfprintf __l_vfprintf __libc_fini_array __libc_init_array
    __retarget_lock_acquire_recursive __sflush_r __sinit _calloc_r _exit _fflush_r _free_r _impure_data
    _impure_ptr _malloc_r _printf_r _realloc_r _sbrk _svfprintf_r _vfprintf_r abort abs acos acosf acosh
    asin asinf asinh atan atan2 atan2f atanf atanh atexit atof atoi atol atoll bsearch calloc cbrt ceil
    ceilf copysign copysignf cos cosf cosh div erf exit exp exp2 exp2f expf expm1 fabs fabsf fclose fflush
    fgetc fgets floor floorf fma fmaf fmax fmaxf fmin fminf fmod fmodf fopen fprintf fputc fputs fread free
    frexp fscanf fseek ftell fwrite getenv hypot labs ldexp ldiv lgamma log log10 log1p log2 log2f logf
    longjmp lrint lround malloc mblen mbstowcs mbtowc memalign memccpy memchr memcmp memcpy memmem memmove
    mempcpy memrchr memset modf nearbyint nearbyintf nextafter pow powf printf putchar puts qsort rand
    realloc remainder rint rintf round roundf scalbn scalbnf scanf setjmp sin sinf sinh snprintf sprintf
    sqrt sqrtf srand sscanf stpcpy stpncpy strcasecmp strcat strchr strcmp strcoll strcpy strcspn strdup
    strerror strlen strncasecmp strncat strncmp strncpy strndup strnlen strpbrk strrchr strspn strstr strtod
    strtof strtok strtok_r strtol strtold strtoll strtoul strtoull strxfrm system tan tanf tanh tgamma trunc
    truncf ungetc vfiprintf vfprintf vfscanf vprintf vsnprintf vsprintf vsscanf wcslen
"""
_C_FUNCTIONS = frozenset(_C_NAMES.split())


def library_rule(symbols: Iterable[Symbol]) -> SymbolRule:
    """The rule of last resort: what is called like a function of a compiler's or the C library belongs to it.

    Args:
        symbols: The file's symbols, which tell whose helpers it has: GCC's, or Rust's compiler_builtins.
    """
    # Compiled here: loading would take as long as all the rest of this module does.
    helper_name, cpp_name = re.compile(_HELPERS), re.compile(_CPP_NAMES)
    helpers = "compiler_builtins" if any(_is_compiler_builtins(symbol) for symbol in symbols) else "libgcc"

    def owner(name: str) -> str | None:
        if name.startswith("__") and helper_name.fullmatch(name):
            return helpers
        if name.startswith("_") and cpp_name.match(name):
            return "libc++" if _LIBCPP in name[:16] else "libstdc++"
        return "C library" if name in _C_FUNCTIONS else None

    return owner


def _is_compiler_builtins(symbol: Symbol) -> bool:
    return "17compiler_builtins" in symbol.name or symbol.file.startswith("compiler_builtins.")
