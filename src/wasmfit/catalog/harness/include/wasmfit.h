/* The harness, for firmware in C. Define wasmfit_firmware(); the harness calls
 * it once, with the heap (malloc, calloc, realloc, free) ready. */
#ifndef WASMFIT_H
#define WASMFIT_H

#include <stdint.h>

void wasmfit_firmware(void);

/* Phases begin. Call each once, in this order. */
void wasmfit_phase_load(void);
void wasmfit_phase_instantiate(void);

/* The module's bytes in flash, 16-byte aligned, and how many there are. */
const uint8_t *wasmfit_module(uint32_t *length);

/* The name of the export to call. */
const char *wasmfit_export(void);

/* What the import host.extra returns. */
uint32_t wasmfit_extra(void);

/* The arguments of the next call and how many there are, or NULL after the
 * last; the call is measured until wasmfit_call_end(). */
const uint32_t *wasmfit_call_begin(uint32_t *count);
void wasmfit_call_end(uint32_t result);

/* Ends the run as a failure of the current phase. */
_Noreturn void wasmfit_fail(const char *reason);

#endif
