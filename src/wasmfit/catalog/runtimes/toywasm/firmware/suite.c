/* toywasm, replaying the W3C suite. Exports of an instance become importable under a name, spectest's too. */
#include <string.h>

#include "exec_context.h"
#include "instance.h"
#include "load_context.h"
#include "mem.h"
#include "module.h"
#include "reason.h"
#include "type.h"
#include "wasmfit_suite.h"

/* Room for deep recursion: memory is not what is asked about. */
enum { MOST_INSTANCES = 64, MOST_VALUES = 256, MOST_NAMES = 64, MOST_FRAMES = 2000, MOST_CELLS = 40000 };

static struct mem_context memory;
static struct module *modules[MOST_INSTANCES];
static struct instance *made[MOST_INSTANCES];
static uint32_t instances;
static struct name names[MOST_NAMES];
static uint32_t registered;
static struct import_object *imports;
static struct report said;

/* What the next call may take; 0: no matter. */
static uint32_t budget;
static atomic_uint interrupt;

void wasmfit_suite_begin(void)
{
    mem_context_init(&memory);
    report_init(&said);
    imports = NULL;
    instances = registered = budget = 0;
}

void wasmfit_suite_end(void)
{
    while (imports) {
        struct import_object *one = imports;
        imports = one->next;
        import_object_destroy(&memory, one);
    }
    /* Instances may refer to one another, so that none goes before all have come to an end. */
    for (uint32_t i = 0; i < instances; i++)
        instance_destroy(made[i]);
    for (uint32_t i = 0; i < instances; i++)
        module_destroy(&memory, modules[i]);
    report_clear(&said);
    mem_context_clear(&memory);
}

/* How an error ended an action, and why; what has the words may be gone afterwards. */
static uint32_t ended(int error, uint32_t otherwise, const struct report *report, const char **why)
{
    static char kept[128];
    strncpy(kept, reason_of(error, report), sizeof kept - 1);
    *why = kept;
    return error == ENOMEM ? WASMFIT_REFUSED : otherwise;
}

static uint32_t executed(int error, const struct exec_context *context, const char **why)
{
    if (!error)
        return WASMFIT_DONE;
    if (error == ETOYWASMUSERINTERRUPT)
        return ended(error, WASMFIT_STOPPED, context->report, why);
    if (error != ETOYWASMTRAP)
        return ended(error, WASMFIT_REFUSED, context->report, why);
    bool thrown = context->trap.trapid == TRAP_UNCAUGHT_EXCEPTION;
    return ended(error, thrown ? WASMFIT_THROWN : WASMFIT_TRAP, context->report, why);
}

/* With limits of depth, so that a recursion without end is a trap and not a want of memory. */
static void prepare(struct exec_context *context, struct instance *instance)
{
    exec_context_init(context, instance, &memory);
    context->options.max_frames = MOST_FRAMES;
    context->options.max_stackcells = MOST_CELLS;
    if (budget) {
        /* An interrupt is pending from the beginning, and looked for after so many instructions. */
        interrupt = 1;
        context->intrp = &interrupt;
        context->check_interval = budget;
        budget = 0;
    }
}

static int resumed(struct exec_context *context, int error)
{
    while (IS_RESTARTABLE(error) && error != ETOYWASMUSERINTERRUPT)
        error = instance_execute_handle_restart_once(context, error);
    return error;
}

static uint32_t load(const uint8_t *bytes, uint32_t length, struct module **module, const char **why)
{
    struct load_context context;
    load_context_init(&context, &memory);
    int error = module_create(module, bytes, bytes + length, &context);
    uint32_t how = error ? ended(error, WASMFIT_LOAD, &context.report, why) : WASMFIT_DONE;
    load_context_clear(&context);
    return how;
}

uint32_t wasmfit_suite_load(const uint8_t *bytes, uint32_t length, const char **why)
{
    struct module *module;
    uint32_t how = load(bytes, length, &module, why);
    if (how == WASMFIT_DONE)
        module_destroy(&memory, module);
    return how;
}

uint32_t wasmfit_suite_instantiate(const uint8_t *bytes, uint32_t length, uint32_t *instance, const char **why)
{
    *why = "the glue has room for 64 instances";
    if (instances == MOST_INSTANCES)
        return WASMFIT_REFUSED;
    struct module *module;
    uint32_t how = load(bytes, length, &module, why);
    if (how != WASMFIT_DONE)
        return how;
    report_clear(&said);
    struct instance *born;
    int error = instance_create_no_init(&memory, module, &born, imports, &said);
    if (error) {
        module_destroy(&memory, module);
        return ended(error, WASMFIT_LINK, &said, why);
    }
    /* It stays, also where its start function traps: what it has written to tables of others may refer to it. */
    modules[instances] = module;
    made[instances] = born;
    *instance = instances++;
    struct exec_context context;
    prepare(&context, born);
    how = executed(resumed(&context, instance_execute_init(&context)), &context, why);
    exec_context_clear(&context);
    return how;
}

uint32_t wasmfit_suite_register(uint32_t instance, const char *name, const char **why)
{
    *why = "the glue has room for 64 names";
    if (registered == MOST_NAMES)
        return WASMFIT_REFUSED;
    struct name *own = &names[registered++];
    set_name_cstr(own, name);
    struct import_object *one;
    int error = import_object_create_for_exports(&memory, made[instance], own, &one);
    if (error)
        return ended(error, WASMFIT_REFUSED, &said, why);
    /* The newest of a name counts, and toywasm takes the first that it finds. */
    one->next = imports;
    imports = one;
    return WASMFIT_DONE;
}

/* toywasm's null among objects of the host's is a null pointer, so that those are counted from 1. */
static bool to_toywasm(const wasmfit_value *from, struct val *to)
{
    uint32_t number;
    memset(to, 0, sizeof *to);
    switch (from->type) {
        case WASMFIT_I32:
        case WASMFIT_F32:
            memcpy(&to->u, from->bytes, 4);
            return true;
        case WASMFIT_I64:
        case WASMFIT_F64:
            memcpy(&to->u, from->bytes, 8);
            return true;
#ifdef TOYWASM_ENABLE_WASM_SIMD
        case WASMFIT_V128:
            memcpy(&to->u, from->bytes, 16);
            return true;
#endif
        case WASMFIT_NULL:
            return from->what == WASMFIT_KIND_FUNC || from->what == WASMFIT_KIND_EXTERN;
        case WASMFIT_EXTERN:
            memcpy(&number, from->bytes, sizeof number);
            to->u.externref = (void *)(uintptr_t)(number + 1);
            return true;
    }
    return false;
}

static bool from_toywasm(const struct val *from, enum valtype type, wasmfit_value *to)
{
    memset(to, 0, sizeof *to);
    switch (type) {
        case TYPE_i32:
        case TYPE_f32:
            to->type = type == TYPE_i32 ? WASMFIT_I32 : WASMFIT_F32;
            memcpy(to->bytes, &from->u, 4);
            return true;
        case TYPE_i64:
        case TYPE_f64:
            to->type = type == TYPE_i64 ? WASMFIT_I64 : WASMFIT_F64;
            memcpy(to->bytes, &from->u, 8);
            return true;
#ifdef TOYWASM_ENABLE_WASM_SIMD
        case TYPE_v128:
            to->type = WASMFIT_V128;
            memcpy(to->bytes, &from->u, 16);
            return true;
#endif
        case TYPE_funcref:
            to->type = from->u.funcref.func ? WASMFIT_REF : WASMFIT_NULL;
            to->what = WASMFIT_KIND_FUNC;
            return true;
        case TYPE_externref: {
            uint32_t number = (uint32_t)(uintptr_t)from->u.externref - 1;
            to->type = from->u.externref ? WASMFIT_EXTERN : WASMFIT_NULL;
            to->what = WASMFIT_KIND_EXTERN;
            if (from->u.externref)
                memcpy(to->bytes, &number, sizeof number);
            return true;
        }
        default:
            return false;
    }
}

uint32_t wasmfit_suite_invoke(uint32_t instance, const char *name, const wasmfit_value *arguments, uint32_t count,
                              wasmfit_value *results, uint32_t *number, const char **why)
{
    const struct name wanted = NAME_FROM_CSTR(name);
    uint32_t function;
    *why = "no such export";
    if (module_find_export(modules[instance], &wanted, EXTERNTYPE_FUNC, &function))
        return WASMFIT_REFUSED;
    const struct functype *type = module_functype(modules[instance], function);
    *why = "the glue has room for 256 values";
    if (count > MOST_VALUES || type->result.ntypes > *number || type->result.ntypes > MOST_VALUES)
        return WASMFIT_REFUSED;
    *why = "the function takes another number of values";
    if (count != type->parameter.ntypes)
        return WASMFIT_REFUSED;
    static struct val values[MOST_VALUES];
    *why = "toywasm as it is built here has no values of this type";
    for (uint32_t i = 0; i < count; i++)
        if (!to_toywasm(&arguments[i], &values[i]))
            return WASMFIT_REFUSED;
    struct exec_context context;
    prepare(&context, made[instance]);
    int error = exec_push_vals(&context, &type->parameter, values);
    if (!error)
        error = resumed(&context, instance_execute_func_nocheck(&context, function));
    uint32_t how = executed(error, &context, why);
    if (how == WASMFIT_DONE) {
        exec_pop_vals(&context, &type->result, values);
        *number = type->result.ntypes;
        for (uint32_t i = 0; i < *number; i++)
            if (!from_toywasm(&values[i], type->result.types[i], &results[i]))
                how = WASMFIT_REFUSED;
    }
    exec_context_clear(&context);
    return how;
}

uint32_t wasmfit_suite_global(uint32_t instance, const char *name, wasmfit_value *result, const char **why)
{
    const struct name wanted = NAME_FROM_CSTR(name);
    uint32_t number;
    *why = "no such global";
    if (module_find_export(modules[instance], &wanted, EXTERNTYPE_GLOBAL, &number))
        return WASMFIT_REFUSED;
    struct val value;
    global_get(VEC_ELEM(made[instance]->globals, number), &value);
    *why = "toywasm as it is built here has no values of this type";
    bool known = from_toywasm(&value, module_globaltype(modules[instance], number)->t, result);
    return known ? WASMFIT_DONE : WASMFIT_REFUSED;
}

uint32_t wasmfit_suite_budget(uint32_t units, const char **why)
{
    (void)why;
    budget = units;
    return WASMFIT_DONE;
}

uint32_t wasmfit_suite_limit(uint32_t pages, const char **why)
{
    (void)pages;
    *why = "toywasm can limit the heap (TOYWASM_ENABLE_HEAP_TRACKING), and not the pages of a memory";
    return WASMFIT_REFUSED;
}
