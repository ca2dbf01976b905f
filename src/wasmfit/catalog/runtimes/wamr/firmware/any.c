/* WAMR in a firmware of wasmfit that takes any module: as glue.c, with signatures and imports as data. */
#include <stdlib.h>
#include <string.h>

#include "wasm_export.h"
#include "wasmfit_any.h"
#include "bytes.h"

/* The stack of wasm operands and frames, on the heap; C's own stack is another. */
enum { WASM_STACK_BYTES = 8192 };

/* The module's memory and its size; NULL and 0 where there is none. */
static uint8_t *memory_of(wasm_module_inst_t instance, uint32_t *size)
{
    wasm_memory_inst_t memory = wasm_runtime_get_memory(instance, 0);
    *size = 0;
    if (!memory)
        return NULL;
    *size = (uint32_t)(wasm_memory_get_cur_page_count(memory) * wasm_memory_get_bytes_per_page(memory));
    return wasm_memory_get_base_address(memory);
}

/* Every import is this function, called with WAMR's raw convention: arguments in 64-bit
 * cells, and the result in the first of them. Which one it is, is its attachment. */
static void answer(wasm_exec_env_t caller, uint64_t *cells)
{
    const wasmfit_import *import = wasm_runtime_get_function_attachment(caller);
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(caller);
    uint32_t size;
    uint8_t *bytes = memory_of(instance, &size);
    uint64_t results[WASMFIT_MOST_VALUES];
    const char *trap = wasmfit_import_answer(import, cells, results, bytes, size);
    if (trap)
        wasm_runtime_set_exception(instance, trap);
    else if (wasmfit_import_results(import).count)
        cells[0] = results[0];
}

static void register_imports(void)
{
    const wasmfit_import *import;
    for (uint32_t i = 0; (import = wasmfit_any_import(i)); i++) {
        NativeSymbol *symbol = malloc(sizeof *symbol);
        if (!symbol)
            wasmfit_fail("no memory for the table of imports");
        /* Without a signature WAMR takes the import's own. */
        *symbol = (NativeSymbol){ .symbol = wasmfit_import_name(import),
                                  .func_ptr = answer,
                                  .attachment = (void *)import };
        if (!wasm_runtime_register_natives_raw(wasmfit_import_module(import), symbol, 1))
            wasmfit_fail("WAMR cannot register an import");
    }
}

static bool is_wide(uint8_t type)
{
    return type == 0x7e || type == 0x7c;
}

/* Values of 64 bits to WAMR's cells of 32: an i64 or f64 takes two. */
static uint32_t pack(wasmfit_types types, const uint64_t *values, uint32_t *cells)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < types.count; i++) {
        cells[used++] = (uint32_t)values[i];
        if (is_wide(types.types[i]))
            cells[used++] = (uint32_t)(values[i] >> 32);
    }
    return used;
}

static void unpack(wasmfit_types types, const uint32_t *cells, uint64_t *values)
{
    for (uint32_t i = 0; i < types.count; i++) {
        values[i] = *cells++;
        if (is_wide(types.types[i]))
            values[i] |= (uint64_t)*cells++ << 32;
    }
}

void wasmfit_firmware(void)
{
    char error[128];

    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *flash = wasmfit_any_module(&length);
    uint8_t *bytes = given_bytes(flash, length);
    if (!wasm_runtime_init())
        wasmfit_fail("WAMR cannot be initialised");
    register_imports();
    wasm_module_t module = wasm_runtime_load(bytes, length, error, sizeof error);
    if (!module)
        wasmfit_fail(error);

    wasmfit_phase_instantiate();
    wasm_module_inst_t instance = wasm_runtime_instantiate(module, WASM_STACK_BYTES, 0, error, sizeof error);
    if (!instance)
        wasmfit_fail(error);
    wasm_exec_env_t caller = wasm_runtime_create_exec_env(instance, WASM_STACK_BYTES);
    if (!caller)
        wasmfit_fail("no memory for the wasm stack");
    wasm_function_inst_t functions[WASMFIT_MOST_FUNCTIONS];
    const char *name;
    for (uint32_t i = 0; (name = wasmfit_any_function(i)); i++) {
        functions[i] = wasm_runtime_lookup_function(instance, name);
        if (!functions[i])
            wasmfit_fail("no such export");
    }

    wasm_module_inst_t further[WASMFIT_MOST_INSTANCES];
    wasm_exec_env_t callers[WASMFIT_MOST_INSTANCES];
    for (uint32_t i = 1; i < wasmfit_any_instances(); i++) {
        further[i] = wasm_runtime_instantiate(module, WASM_STACK_BYTES, 0, error, sizeof error);
        if (!further[i])
            wasmfit_fail(error);
        callers[i] = wasm_runtime_create_exec_env(further[i], WASM_STACK_BYTES);
        if (!callers[i])
            wasmfit_fail("no memory for the wasm stack");
    }

    wasmfit_call call;
    uint32_t size;
    uint8_t *memory;
    while (memory = memory_of(instance, &size), wasmfit_any_next(&call, memory, size)) {
        /* Arguments go in and results come out in the same cells. */
        uint32_t cells[2 * WASMFIT_MOST_VALUES];
        uint64_t results[WASMFIT_MOST_VALUES];
        wasmfit_any_begin();
        uint32_t count = pack(call.params, call.arguments, cells);
        if (!wasm_runtime_call_wasm(caller, functions[call.function], count, cells)) {
            wasmfit_any_failed(wasm_runtime_get_exception(instance));
            wasm_runtime_clear_exception(instance);
            continue;
        }
        unpack(call.results, cells, results);
        wasmfit_any_end(&call, results);
    }

    for (uint32_t i = 1; i < wasmfit_any_instances(); i++) {
        wasm_runtime_destroy_exec_env(callers[i]);
        wasm_runtime_deinstantiate(further[i]);
    }
    wasm_runtime_destroy_exec_env(caller);
    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    /* What the imports are registered with stays: WAMR keeps pointers to it to the end. */
    wasm_runtime_destroy();
    end_of_bytes(bytes);
}
