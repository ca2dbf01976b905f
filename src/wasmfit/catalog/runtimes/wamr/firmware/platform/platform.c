/* WAMR's platform API on a bare microcontroller, as far as the linker asks
 * for it: all memory from malloc, one thread, nowhere to write a log. */
#include "platform_api_vmcore.h"

/* From the linker script: the lowest address of the stack. */
extern uint8 wasmfit_stack_start[];

int bh_platform_init(void)
{
    return 0;
}

void bh_platform_destroy(void)
{
}

void *os_malloc(unsigned size)
{
    return malloc(size);
}

void *os_realloc(void *block, unsigned size)
{
    return realloc(block, size);
}

void os_free(void *block)
{
    free(block);
}

/* Linear memory comes from here, and WAMR relies on its being zero. */
void *os_mmap(void *hint, size_t size, int protection, int flags, os_file_handle file)
{
    (void)hint, (void)protection, (void)flags, (void)file;
    return calloc(1, size);
}

void *os_mremap(void *old, size_t old_size, size_t new_size)
{
    return os_mremap_slow(old, old_size, new_size);
}

void os_munmap(void *block, size_t size)
{
    (void)size;
    free(block);
}

int os_mprotect(void *block, size_t size, int protection)
{
    (void)block, (void)size, (void)protection;
    return 0;
}

korp_tid os_self_thread(void)
{
    return 0;
}

uint8 *os_thread_get_stack_boundary(void)
{
    return wasmfit_stack_start;
}

int os_mutex_init(korp_mutex *mutex)
{
    (void)mutex;
    return 0;
}

int os_mutex_destroy(korp_mutex *mutex)
{
    (void)mutex;
    return 0;
}

int os_mutex_lock(korp_mutex *mutex)
{
    (void)mutex;
    return 0;
}

int os_mutex_unlock(korp_mutex *mutex)
{
    (void)mutex;
    return 0;
}

/* Code that was compiled ahead may be copied to RAM before it is executed. No board of the catalogue's runs with a
 * data cache that is on, so that what was written is in memory; what was fetched ahead of it is dropped. */
#if WASM_ENABLE_AOT != 0
void os_dcache_flush(void)
{
#if defined __arm__
    __asm volatile("dsb" ::: "memory");
#endif
}

void os_icache_flush(void *start, size_t length)
{
    (void)start, (void)length;
#if defined __arm__
    __asm volatile("dsb\n\tisb" ::: "memory");
#elif defined __riscv
    /* fence.i, which the assembler takes only where the target names its extension. */
    __asm volatile(".word 0x0000100f" ::: "memory");
#endif
}

void os_thread_jit_write_protect_np(bool enabled)
{
    (void)enabled;
}

/* The loader's table of functions that compiled code may call has these for cores without atomic instructions.
 * There is one core, and nothing interrupts. */
#if defined __riscv && !defined __riscv_atomic
bool atomic_compare_exchange_4(volatile void *at, void *expected, unsigned int desired, bool weak, int success,
                               int failure) __asm__("__atomic_compare_exchange_4");
void atomic_store_4(volatile void *at, unsigned int value, int order) __asm__("__atomic_store_4");

bool atomic_compare_exchange_4(volatile void *at, void *expected, unsigned int desired, bool weak, int success,
                               int failure)
{
    (void)weak, (void)success, (void)failure;
    unsigned int found = *(volatile unsigned int *)at;
    bool equal = found == *(unsigned int *)expected;
    if (equal)
        *(volatile unsigned int *)at = desired;
    else
        *(unsigned int *)expected = found;
    return equal;
}

void atomic_store_4(volatile void *at, unsigned int value, int order)
{
    (void)order;
    *(volatile unsigned int *)at = value;
}
#endif
#endif

/* In place of bh_log.c, see BH_LOG in runtime.toml: WAMR logs what it also
 * reports to its caller. */
void wamr_log(uint32 level, const char *file, int line, const char *format, ...)
{
    (void)level, (void)file, (void)line, (void)format;
}

/* WAMR puts no floating-point number into a message, so its snprintf can be the one for integers alone: 5 KB less
 * of picolibc, whose specs make the same replacement for whoever links with GCC. newlib-nano has no other. */
#ifdef __PICOLIBC__
int __i_vfprintf(FILE *stream, const char *format, va_list arguments);

int vfprintf(FILE *stream, const char *format, va_list arguments)
{
    return __i_vfprintf(stream, format, arguments);
}
#elif !defined _NANO_FORMATTED_IO
int _svfiprintf_r(struct _reent *reent, FILE *stream, const char *format, va_list arguments);

int _svfprintf_r(struct _reent *reent, FILE *stream, const char *format, va_list arguments)
{
    return _svfiprintf_r(reent, stream, format, arguments);
}
#endif
