/* @NAME@ in a firmware of wasmfit. malloc, calloc, realloc and free are there. */
#include "wasmfit.h"

void wasmfit_firmware(void)
{
    /* From the module's bytes, which lie in flash, to the runtime's module. */
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_module(&length);

    /* Import host.extra (no arguments, returns wasmfit_extra()), instance, export. */
    wasmfit_phase_instantiate();
    const char *name = wasmfit_export();

    /* Each call: arguments as unsigned 32-bit words in, the export's result out.
     * wasmfit_fail("...") ends the run as a failure of the phase it happened in. */
    uint32_t count;
    for (const uint32_t *arguments; (arguments = wasmfit_call_begin(&count));) {
        (void)bytes, (void)name, (void)arguments;
        wasmfit_fail("firmware/glue.c does not embed @NAME@ yet");
    }

    /* Then give back what was taken: what is left, and what leaks, is measured. */
}
