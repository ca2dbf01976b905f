/* A thread of Zephyr's that does what the job says. */
#include <stdlib.h>

#include <zephyr/kernel.h>

#include "wasmfit_app.h"
#include "wasmfit_runtime.h"

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

/* Named for whoever looks how deep it was used. */
K_THREAD_STACK_DEFINE(wasmfit_stack_start, WASMFIT_STACK);
__asm__(".global _stack_start\n.set _stack_start, wasmfit_stack_start + " TEXT(WASMFIT_STACK));

static struct k_thread thread;

static void run(void *one, void *two, void *three)
{
    (void)one, (void)two, (void)three;
    wasmfit_main();
}

void *wasmfit_system_reallocate(void *block, size_t size)
{
    return realloc(block, size);
}

int main(void)
{
    k_thread_create(&thread, wasmfit_stack_start, K_THREAD_STACK_SIZEOF(wasmfit_stack_start), run, NULL, NULL,
                    NULL, K_PRIO_PREEMPT(0), 0, K_NO_WAIT);
    return 0;
}
