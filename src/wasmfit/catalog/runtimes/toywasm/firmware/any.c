/* toywasm in a firmware of wasmfit that takes any module: as glue.c, with signatures and imports as data. */
#include <stdlib.h>
#include <string.h>

#include "exec_context.h"
#include "host_instance.h"
#include "instance.h"
#include "load_context.h"
#include "mem.h"
#include "module.h"
#include "wasmfit_any.h"
#include "reason.h"

static struct mem_context memory;

static void check(int error, const struct report *report)
{
    if (error)
        wasmfit_fail(reason_of(error, report));
}

static bool is_wide(enum valtype type)
{
    return type == TYPE_i64 || type == TYPE_f64;
}

static void to_words(const struct resulttype *types, const struct val *values, uint64_t *words)
{
    for (uint32_t i = 0; i < types->ntypes; i++)
        words[i] = is_wide(types->types[i]) ? values[i].u.i64 : values[i].u.i32;
}

static void to_values(const struct resulttype *types, const uint64_t *words, struct val *values)
{
    for (uint32_t i = 0; i < types->ntypes; i++) {
        if (is_wide(types->types[i]))
            values[i].u.i64 = words[i];
        else
            values[i].u.i32 = (uint32_t)words[i];
    }
}

/* The module's memory and its size, all of it, since the harness may read or write anywhere; NULL and 0 where there
 * is none. toywasm has allocated what was touched until now. */
static uint8_t *memory_of(struct instance *instance, uint32_t *size)
{
    *size = 0;
    if (instance->mems.lsize == 0)
        return NULL;
    struct meminst *mem = VEC_ELEM(instance->mems, 0);
    uint32_t bytes = mem->size_in_pages * memtype_page_size(mem->type);
    void *first;
    if (bytes == 0)
        return NULL;
    if (memory_instance_getptr2(mem, 0, 0, bytes, &first, NULL))
        wasmfit_fail("no memory for the module's memory");
    *size = bytes;
    return first;
}

/* An import: which one it is comes to its function as the instance of the host. */
struct answerer {
    struct host_instance host;
    const wasmfit_import *import;
    struct name module;
    struct host_func function;
    struct host_module offered;
    char type[2 * WASMFIT_MOST_VALUES + 3];
};

static HOST_FUNC_DECL(answer)
{
    const wasmfit_import *import = ((struct answerer *)hi)->import;
    struct val values[WASMFIT_MOST_VALUES];
    uint64_t words[WASMFIT_MOST_VALUES];
    vals_from_cells(values, params, &ft->parameter);
    to_words(&ft->parameter, values, words);
    uint32_t size = 0;
    /* Without arguments, there is no address in memory. */
    uint8_t *bytes = ft->parameter.ntypes ? memory_of(ctx->instance, &size) : NULL;
    const char *trap = wasmfit_import_answer(import, words, words, bytes, size);
    if (trap)
        return host_func_trap(ctx, "%s", trap);
    to_values(&ft->result, words, values);
    vals_to_cells(values, results, &ft->result);
    return 0;
}

/* Types as toywasm writes them in signatures. */
static char *append(char *end, wasmfit_types types)
{
    for (uint32_t i = 0; i < types.count; i++)
        *end++ = "FfIi"[types.types[i] - 0x7c];
    return end;
}

/* Every import is an object of its own, in a list; what they point to stays to the end. */
static struct import_object *make_imports(void)
{
    struct import_object *all = NULL;
    const wasmfit_import *import;
    for (uint32_t i = 0; (import = wasmfit_any_import(i)); i++) {
        struct answerer *own = calloc(1, sizeof *own);
        if (!own)
            wasmfit_fail("no memory for the table of imports");
        own->import = import;
        char *end = own->type;
        *end++ = '(';
        end = append(end, wasmfit_import_params(import));
        *end++ = ')';
        append(end, wasmfit_import_results(import));
        set_name_cstr(&own->module, wasmfit_import_module(import));
        set_name_cstr(&own->function.name, wasmfit_import_name(import));
        own->function.type = own->type;
        own->function.func = answer;
        own->offered = (struct host_module){ .module_name = &own->module, .funcs = &own->function, .nfuncs = 1 };
        struct import_object *one;
        if (import_object_create_for_host_funcs(&memory, &own->offered, 1, &own->host, &one))
            wasmfit_fail("no memory for an import");
        one->next = all;
        all = one;
    }
    return all;
}

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_any_module(&length);
    mem_context_init(&memory);
    struct load_context load;
    load_context_init(&load, &memory);
    struct module *module;
    check(module_create(&module, bytes, bytes + length, &load), &load.report);
    load_context_clear(&load);

    wasmfit_phase_instantiate();
    struct report report;
    report_init(&report);
    struct import_object *imports = make_imports();
    struct instance *instance;
    check(instance_create(&memory, module, &instance, imports, &report), &report);
    uint32_t functions[WASMFIT_MOST_FUNCTIONS];
    const char *name;
    for (uint32_t i = 0; (name = wasmfit_any_function(i)); i++) {
        const struct name wanted = NAME_FROM_CSTR(name);
        if (module_find_export(module, &wanted, EXTERNTYPE_FUNC, &functions[i]))
            wasmfit_fail("the module has no such function");
    }
    struct exec_context context;
    exec_context_init(&context, instance, &memory);

    struct instance *further[WASMFIT_MOST_INSTANCES];
    for (uint32_t i = 1; i < wasmfit_any_instances(); i++)
        check(instance_create(&memory, module, &further[i], imports, &report), &report);

    wasmfit_call call;
    uint32_t size;
    uint8_t *first;
    while (first = memory_of(instance, &size), wasmfit_any_next(&call, first, size)) {
        uint32_t function = functions[call.function];
        const struct functype *type = module_functype(module, function);
        struct val values[WASMFIT_MOST_VALUES];
        uint64_t words[WASMFIT_MOST_VALUES];
        wasmfit_any_begin();
        to_values(&type->parameter, call.arguments, values);
        int ended = exec_push_vals(&context, &type->parameter, values);
        if (!ended) {
            ended = instance_execute_func_nocheck(&context, function);
            ended = instance_execute_handle_restart(&context, ended);
        }
        if (ended) {
            wasmfit_any_failed(reason_of(ended, context.report));
            /* What a call leaves when it ends early is dropped. */
            exec_context_clear(&context);
            exec_context_init(&context, instance, &memory);
            continue;
        }
        exec_pop_vals(&context, &type->result, values);
        to_words(&type->result, values, words);
        wasmfit_any_end(&call, words);
    }

    for (uint32_t i = 1; i < wasmfit_any_instances(); i++)
        instance_destroy(further[i]);
    exec_context_clear(&context);
    instance_destroy(instance);
    while (imports) {
        struct import_object *one = imports;
        imports = one->next;
        import_object_destroy(&memory, one);
    }
    report_clear(&report);
    module_destroy(&memory, module);
    mem_context_clear(&memory);
}
