/* WAMR, replaying the W3C suite. It is built without linking of modules with one another, which its own build
 * leaves off too, so that of the imports only spectest's functions are answered. */
#include <stdlib.h>
#include <string.h>

#include "wasm_export.h"
#include "wasmfit_suite.h"

/* Room for deep recursion: memory is not what is asked about. */
enum { WASM_STACK_BYTES = 262144, MOST_INSTANCES = 64, MOST_VALUES = 64 };

static struct {
    wasm_module_t module;
    wasm_module_inst_t instance;
    wasm_exec_env_t caller;
} made[MOST_INSTANCES];
static uint32_t instances;
static char error[128];

/* What the next call may take and the next instance's memory may have; 0: no matter. */
static uint32_t budget, most_pages;

#ifndef WASM_ENABLE_INSTRUCTION_METERING
#define WASM_ENABLE_INSTRUCTION_METERING 0
#endif

/* Called with WAMR's raw convention, whatever the signature. */
static void nothing(wasm_exec_env_t caller, uint64_t *cells)
{
    (void)caller, (void)cells;
}

static NativeSymbol spectest[] = {
    { .symbol = "print", .func_ptr = nothing },
    { .symbol = "print_i32", .func_ptr = nothing },
    { .symbol = "print_i64", .func_ptr = nothing },
    { .symbol = "print_f32", .func_ptr = nothing },
    { .symbol = "print_f64", .func_ptr = nothing },
    { .symbol = "print_i32_f32", .func_ptr = nothing },
    { .symbol = "print_f64_f64", .func_ptr = nothing },
};

void wasmfit_suite_begin(void)
{
    instances = 0;
    budget = most_pages = 0;
    if (!wasm_runtime_init()
        || !wasm_runtime_register_natives_raw("spectest", spectest, sizeof spectest / sizeof spectest[0]))
        wasmfit_fail("WAMR cannot be initialised");
}

void wasmfit_suite_end(void)
{
    for (uint32_t i = 0; i < instances; i++) {
        wasm_runtime_destroy_exec_env(made[i].caller);
        wasm_runtime_deinstantiate(made[i].instance);
        wasm_runtime_unload(made[i].module);
    }
    wasm_runtime_destroy();
}

/* What WAMR says of a module: imports are looked up when it is loaded, or when it is instantiated. */
static uint32_t unmade(uint32_t how, const char **why)
{
    *why = error;
    if (strstr(error, "unknown import") || strstr(error, "incompatible import") || strstr(error, "link import"))
        return WASMFIT_LINK;
    return how;
}

static wasm_module_t load(const uint8_t *bytes, uint32_t length)
{
    error[0] = 0;
    /* The bytes are in RAM, and the store's: WAMR may write to them. */
    return wasm_runtime_load((uint8_t *)bytes, length, error, sizeof error);
}

uint32_t wasmfit_suite_load(const uint8_t *bytes, uint32_t length, const char **why)
{
    wasm_module_t module = load(bytes, length);
    if (!module)
        return unmade(WASMFIT_LOAD, why);
    wasm_runtime_unload(module);
    return WASMFIT_DONE;
}

/* Without an instance, what it says is the trap of a start function or of a segment, or a want of imports. */
static uint32_t uninstantiated(const char **why)
{
    static const char *const traps[] = { "Exception", "unreachable", "out of bounds", "does not fit" };
    for (uint32_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        if (strstr(error, traps[i])) {
            *why = error;
            return WASMFIT_TRAP;
        }
    }
    return unmade(WASMFIT_LINK, why);
}

uint32_t wasmfit_suite_instantiate(const uint8_t *bytes, uint32_t length, uint32_t *instance, const char **why)
{
    *why = "the glue has room for 64 instances";
    if (instances == MOST_INSTANCES)
        return WASMFIT_REFUSED;
    wasm_module_t module = load(bytes, length);
    if (!module)
        return unmade(WASMFIT_LOAD, why);
    const InstantiationArgs wanted = { .default_stack_size = WASM_STACK_BYTES, .max_memory_pages = most_pages };
    wasm_module_inst_t born = wasm_runtime_instantiate_ex(module, &wanted, error, sizeof error);
    if (!born) {
        wasm_runtime_unload(module);
        return uninstantiated(why);
    }
    wasm_exec_env_t caller = wasm_runtime_create_exec_env(born, WASM_STACK_BYTES);
    if (!caller) {
        wasm_runtime_deinstantiate(born);
        wasm_runtime_unload(module);
        *why = "no memory for the wasm stack";
        return WASMFIT_REFUSED;
    }
    made[instances].module = module;
    made[instances].instance = born;
    made[instances].caller = caller;
    *instance = instances++;
    return WASMFIT_DONE;
}

uint32_t wasmfit_suite_register(uint32_t instance, const char *name, const char **why)
{
    (void)instance;
    /* Its functions are registered, since WAMR as it is built here imports from no module. */
    if (strcmp(name, "spectest") == 0)
        return WASMFIT_DONE;
    *why = "WAMR is built without linking of modules with one another (WASM_ENABLE_MULTI_MODULE)";
    return WASMFIT_REFUSED;
}

/* WAMR's null among objects of the host's is 0, so that those are counted from 1. */
static bool to_wamr(const wasmfit_value *from, wasm_val_t *to)
{
    uint64_t word;
    memcpy(&word, from->bytes, sizeof word);
    memset(to, 0, sizeof *to);
    switch (from->type) {
        case WASMFIT_I32:
            to->kind = WASM_I32;
            to->of.i32 = (int32_t)word;
            return true;
        case WASMFIT_I64:
            to->kind = WASM_I64;
            to->of.i64 = (int64_t)word;
            return true;
        case WASMFIT_F32:
            to->kind = WASM_F32;
            memcpy(&to->of.f32, from->bytes, 4);
            return true;
        case WASMFIT_F64:
            to->kind = WASM_F64;
            memcpy(&to->of.f64, from->bytes, 8);
            return true;
        case WASMFIT_EXTERN:
            to->kind = WASM_EXTERNREF;
            to->of.foreign = (uintptr_t)word + 1;
            return true;
        case WASMFIT_NULL:
            to->kind = from->what == WASMFIT_KIND_FUNC ? WASM_FUNCREF : WASM_EXTERNREF;
            if (from->what == WASMFIT_KIND_FUNC)
                to->of.i32 = -1;
            return from->what == WASMFIT_KIND_FUNC || from->what == WASMFIT_KIND_EXTERN;
    }
    return false;
}

static void from_wamr(const wasm_val_t *from, wasmfit_value *to)
{
    memset(to, 0, sizeof *to);
    switch (from->kind) {
        case WASM_I32:
            to->type = WASMFIT_I32;
            memcpy(to->bytes, &from->of.i32, 4);
            return;
        case WASM_I64:
            to->type = WASMFIT_I64;
            memcpy(to->bytes, &from->of.i64, 8);
            return;
        case WASM_F32:
            to->type = WASMFIT_F32;
            memcpy(to->bytes, &from->of.f32, 4);
            return;
        case WASM_F64:
            to->type = WASMFIT_F64;
            memcpy(to->bytes, &from->of.f64, 8);
            return;
        case WASM_FUNCREF:
            to->type = from->of.i32 == -1 ? WASMFIT_NULL : WASMFIT_REF;
            to->what = WASMFIT_KIND_FUNC;
            return;
    }
    to->what = WASMFIT_KIND_EXTERN;
    to->type = from->of.foreign ? WASMFIT_EXTERN : WASMFIT_NULL;
    uint32_t number = (uint32_t)from->of.foreign - 1;
    if (from->of.foreign)
        memcpy(to->bytes, &number, 4);
}

uint32_t wasmfit_suite_invoke(uint32_t instance, const char *name, const wasmfit_value *arguments, uint32_t count,
                              wasmfit_value *results, uint32_t *number, const char **why)
{
    wasm_module_inst_t module = made[instance].instance;
    wasm_function_inst_t function = wasm_runtime_lookup_function(module, name);
    *why = "no such export";
    if (!function)
        return WASMFIT_REFUSED;
    uint32_t returned = wasm_func_get_result_count(function, module);
    *why = "the glue has room for 64 values";
    if (count > MOST_VALUES || returned > *number || returned > MOST_VALUES)
        return WASMFIT_REFUSED;
    wasm_val_t inputs[MOST_VALUES], outputs[MOST_VALUES];
    *why = "WAMR has no values of this type";
    for (uint32_t i = 0; i < count; i++)
        if (!to_wamr(&arguments[i], &inputs[i]))
            return WASMFIT_REFUSED;
    wasm_runtime_clear_exception(module);
#if WASM_ENABLE_INSTRUCTION_METERING != 0
    wasm_runtime_set_instruction_count_limit(made[instance].caller, budget ? (int)budget : -1);
    budget = 0;
#endif
    if (!wasm_runtime_call_wasm_a(made[instance].caller, function, returned, outputs, count, inputs)) {
        *why = wasm_runtime_get_exception(module);
        if (*why && strstr(*why, "instruction limit exceeded"))
            return WASMFIT_STOPPED;
        /* What it cannot do at all it says as if it were a trap. */
        bool trapped = *why && !strstr(*why, "unlinked") && !strstr(*why, "unsupported opcode");
        return trapped ? WASMFIT_TRAP : WASMFIT_REFUSED;
    }
    for (uint32_t i = 0; i < returned; i++)
        from_wamr(&outputs[i], &results[i]);
    *number = returned;
    return WASMFIT_DONE;
}

uint32_t wasmfit_suite_global(uint32_t instance, const char *name, wasmfit_value *result, const char **why)
{
    wasm_global_inst_t global;
    *why = "no such global";
    if (!wasm_runtime_get_export_global_inst(made[instance].instance, name, &global))
        return WASMFIT_REFUSED;
    wasm_val_t value = { .kind = global.kind };
    *why = "WAMR gives out no globals of this type";
    if (global.kind > WASM_F64)
        return WASMFIT_REFUSED;
    memcpy(&value.of, global.global_data, global.kind == WASM_I32 || global.kind == WASM_F32 ? 4 : 8);
    from_wamr(&value, result);
    return WASMFIT_DONE;
}

uint32_t wasmfit_suite_budget(uint32_t units, const char **why)
{
    budget = units;
    *why = "WAMR is built without metering (WASM_ENABLE_INSTRUCTION_METERING); wamr-metering has it";
    return WASM_ENABLE_INSTRUCTION_METERING ? WASMFIT_DONE : WASMFIT_REFUSED;
}

uint32_t wasmfit_suite_limit(uint32_t pages, const char **why)
{
    (void)why;
    most_pages = pages;
    return WASMFIT_DONE;
}
