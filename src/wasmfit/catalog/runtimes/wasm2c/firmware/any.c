/* A module of the user's that wasm2c has turned into C (module.c), in a firmware of wasmfit. What hands
 * over arguments and answers imports is made for the module too (calls.c, see build/calls.py). */
#include "module.h"
#include "wasm-rt-impl.h"
#include "wasmfit_any.h"

/* In calls.c. */
void wasmfit_module_instantiate(void);
void wasmfit_module_free(void);
void wasmfit_module_call(const uint64_t *arguments, uint64_t *results);

_Noreturn void wasmfit_trap(wasm_rt_trap_t code)
{
    wasmfit_fail(wasm_rt_strerror(code));
}

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    wasm_rt_init();

    wasmfit_phase_instantiate();
    wasmfit_module_instantiate();

    const uint64_t *arguments;
    while ((arguments = wasmfit_any_call_begin())) {
        uint64_t results[WASMFIT_MOST_VALUES];
        wasmfit_module_call(arguments, results);
        wasmfit_any_call_end(results);
    }

    wasmfit_module_free();
    wasm_rt_free();
}
