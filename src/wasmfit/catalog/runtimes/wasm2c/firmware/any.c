/* A module of the user's that wasm2c has turned into C (module.c), in a firmware of wasmfit. What hands
 * over arguments and answers imports is made for the module too (calls.c, see build/calls.py). */
#include "module.h"
#include "wasm-rt-impl.h"
#include "wasmfit_any.h"

/* In calls.c. */
void wasmfit_module_instantiate(void);
void wasmfit_module_free(void);
void wasmfit_module_call(uint32_t function, const uint64_t *arguments, uint64_t *results);
uint8_t *wasmfit_module_memory(uint32_t *size);

/* Where a call goes on that the module has ended itself, and why it has. */
static void *after[5];
static const char *ended;

_Noreturn void wasmfit_module_end(const char *why)
{
    ended = why;
    __builtin_longjmp(after, 1);
}

_Noreturn void wasmfit_trap(wasm_rt_trap_t code)
{
    wasmfit_fail(wasm_rt_strerror(code));
}

static __attribute__((noinline)) void make(const wasmfit_call *call)
{
    uint64_t results[WASMFIT_MOST_VALUES];
    if (__builtin_setjmp(after)) {
        wasmfit_any_failed(ended);
        return;
    }
    wasmfit_any_begin();
    wasmfit_module_call(call->function, call->arguments, results);
    wasmfit_any_end(call, results);
}

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    wasm_rt_init();

    wasmfit_phase_instantiate();
    wasmfit_module_instantiate();

    wasmfit_call call;
    uint32_t size;
    uint8_t *memory;
    while (memory = wasmfit_module_memory(&size), wasmfit_any_next(&call, memory, size))
        make(&call);

    wasmfit_module_free();
    wasm_rt_free();
}
