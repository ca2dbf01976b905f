/* A thread of RIOT's that does what the job says. */
#include <malloc.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "thread.h"

#include "wasmfit_app.h"
#include "wasmfit_runtime.h"

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

/* RIOT keeps what it knows of a thread at the upper end of its stack. */
alignas(16) char wasmfit_stack_start[WASMFIT_STACK];
__asm__(".global _stack_start\n.set _stack_start, wasmfit_stack_start + " TEXT(WASMFIT_STACK));

static void *run(void *nothing)
{
    (void)nothing;
    wasmfit_main();
}

int main(void)
{
    thread_create(wasmfit_stack_start, sizeof wasmfit_stack_start, THREAD_PRIORITY_MAIN - 1, 0, run, NULL,
                  "wasmfit");
    return 0;
}

/* As the harness has it on bare. RIOT's own waits for ever with picolibc: RIOT holds a lock around realloc, and around
 * malloc, which picolibc's realloc calls. */
void *wasmfit_system_reallocate(void *block, size_t size)
{
    void *new = malloc(size);
    if (new && block) {
        size_t old = malloc_usable_size(block);
        memcpy(new, block, old < size ? old : size);
        free(block);
    }
    return new;
}

/* The start-up of the chip and the board waits for clocks that never start where the core is an emulated one. */
void __real_cpu_init(void);
void __real_board_init(void);

void __wrap_cpu_init(void)
{
    if (!wasmfit_is_emulated()) {
        __real_cpu_init();
        return;
    }
#ifdef __ARM_ARCH_PROFILE
    /* What is the core's own. */
    cortexm_init();
#endif
}

void __wrap_board_init(void)
{
    if (!wasmfit_is_emulated())
        __real_board_init();
}

/* Some of RIOT's packages have timers. */
#ifdef MODULE_ZTIMER
void __real_ztimer_init(void);

void __wrap_ztimer_init(void)
{
    if (!wasmfit_is_emulated())
        __real_ztimer_init();
}
#endif

#ifdef MODULE_ZTIMER64
void __real_ztimer64_init(void);

void __wrap_ztimer64_init(void)
{
    if (!wasmfit_is_emulated())
        __real_ztimer64_init();
}
#endif
