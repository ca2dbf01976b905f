/* The harness, for firmware in C that takes a module of any signature, with any
 * imported functions. Values are 64-bit words; an i32 or f32 is the lower half. */
#ifndef WASMFIT_ANY_H
#define WASMFIT_ANY_H

#include "wasmfit.h"

/* The most parameters, and the most results, that a function has. */
enum { WASMFIT_MOST_VALUES = 16 };

/* Types, by their codes in wasm: 0x7f i32, 0x7e i64, 0x7d f32, 0x7c f64. */
typedef struct {
    const uint8_t *types;
    uint32_t count;
} wasmfit_types;

/* As wasmfit_module and wasmfit_export. */
const uint8_t *wasmfit_any_module(uint32_t *length);
const char *wasmfit_any_export(void);

/* The export's signature. */
wasmfit_types wasmfit_any_params(void);
wasmfit_types wasmfit_any_results(void);

/* A function that the module imports; each name once. NULL after the last. */
typedef struct wasmfit_import wasmfit_import;
const wasmfit_import *wasmfit_any_import(uint32_t number);

const char *wasmfit_import_module(const wasmfit_import *import);
const char *wasmfit_import_name(const wasmfit_import *import);
wasmfit_types wasmfit_import_params(const wasmfit_import *import);
wasmfit_types wasmfit_import_results(const wasmfit_import *import);

/* What the host function does: reads the arguments, writes the results, and may
 * touch the module's memory. NULL, or why the call must end. The results may
 * lie where the arguments do. */
const char *wasmfit_import_answer(const wasmfit_import *import, const uint64_t *arguments,
                                  uint64_t *results, uint8_t *memory, uint32_t size);

/* The arguments of the next call, or NULL after the last; the call is measured
 * until wasmfit_any_call_end(), which takes its results. */
const uint64_t *wasmfit_any_call_begin(void);
void wasmfit_any_call_end(const uint64_t *results);

#endif
