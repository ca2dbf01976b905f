/* A module that wasm2c has turned into C (module.c), in a firmware of wasmfit. */
#include "module.h"
#include "wasm-rt-impl.h"
#include "wasmfit.h"

/* What the module may import: host.extra. */
struct w2c_host;
u32 w2c_host_extra(struct w2c_host *host);
u32 w2c_host_extra(struct w2c_host *host)
{
    (void)host;
    return wasmfit_extra();
}

typedef void instantiate(w2c_module *, struct w2c_host *);

_Noreturn void wasmfit_trap(wasm_rt_trap_t code)
{
    wasmfit_fail(wasm_rt_strerror(code));
}

void wasmfit_firmware(void)
{
    static w2c_module instance;

    wasmfit_phase_load();
    wasm_rt_init();

    wasmfit_phase_instantiate();
    /* wasm2c leaves the second argument out where nothing is imported; it is in a register then, unread. */
    ((instantiate *)wasm2c_module_instantiate)(&instance, NULL);

    uint32_t count;
    for (const uint32_t *arguments; (arguments = wasmfit_call_begin(&count));)
        wasmfit_call_end(WASMFIT_EXPORT(&instance, arguments[0], arguments[1]));

    wasm2c_module_free(&instance);
    wasm_rt_free();
}
