/* The harness, for firmware in C that takes a module of any signature, with any
 * imported functions. Values are 64-bit words; an i32 or f32 is the lower half. */
#ifndef WASMFIT_ANY_H
#define WASMFIT_ANY_H

#include <stdbool.h>

#include "wasmfit.h"

/* The most parameters, and the most results, that a function has; and the most functions that are called. */
enum { WASMFIT_MOST_VALUES = 16, WASMFIT_MOST_FUNCTIONS = 8 };

/* Types, by their codes in wasm: 0x7f i32, 0x7e i64, 0x7d f32, 0x7c f64. */
typedef struct {
    const uint8_t *types;
    uint32_t count;
} wasmfit_types;

/* As wasmfit_module. */
const uint8_t *wasmfit_any_module(uint32_t *length);

/* How many instances are made of the module: all but the first are made once that is there, kept to the end,
 * and never called. */
enum { WASMFIT_MOST_INSTANCES = 4 };
uint32_t wasmfit_any_instances(void);

/* The names of the exported functions that are called; NULL after the last. The first is the one that is
 * measured; calls of the others prepare for it. */
const char *wasmfit_any_function(uint32_t number);

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

/* A call: the number of its function, the arguments, and the function's signature. */
typedef struct {
    uint32_t function;
    const uint64_t *arguments;
    wasmfit_types params;
    wasmfit_types results;
} wasmfit_call;

/* Goes on to the next call; false after the last. Between calls, the harness fills and reads the module's
 * memory, as it is now; NULL and 0 where there is none. */
bool wasmfit_any_next(wasmfit_call *call, uint8_t *memory, uint32_t size);

/* The call begins, and is measured until wasmfit_any_end(), which takes its results; or it has failed. That
 * returns where the module has ended itself with success, and the next call may follow. */
void wasmfit_any_begin(void);
void wasmfit_any_end(const wasmfit_call *call, const uint64_t *results);
void wasmfit_any_failed(const char *reason);

/* For an embedding that calls one export, and leaves memory alone: in the place of wasmfit_any_function() and
 * the above. The export and its signature; the arguments of the next call, or NULL after the last; the call is
 * measured until wasmfit_any_call_end(), which takes its results. Jobs that want more are refused. */
const char *wasmfit_any_export(void);
wasmfit_types wasmfit_any_params(void);
wasmfit_types wasmfit_any_results(void);
const uint64_t *wasmfit_any_call_begin(void);
void wasmfit_any_call_end(const uint64_t *results);

#endif
