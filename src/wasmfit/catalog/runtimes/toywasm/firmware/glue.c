/* toywasm in a firmware of wasmfit. The module stays where it lies, in flash. */
#include <string.h>

#include "exec_context.h"
#include "host_instance.h"
#include "instance.h"
#include "load_context.h"
#include "mem.h"
#include "module.h"
#include "wasmfit.h"
#include "reason.h"

static void check(int error, const struct report *report)
{
    if (error)
        wasmfit_fail(reason_of(error, report));
}

static HOST_FUNC_DECL(extra)
{
    (void)ctx, (void)hi, (void)params;
    HOST_FUNC_RESULT_SET(ft, results, 0, i32, wasmfit_extra());
    return 0;
}

static const struct name host = NAME_FROM_CSTR_LITERAL("host");
static const struct host_func functions[] = { HOST_FUNC("extra", extra, "()i") };
static const struct host_module offered = { .module_name = &host, .funcs = functions, .nfuncs = 1 };

void wasmfit_firmware(void)
{
    wasmfit_phase_load();
    uint32_t length;
    const uint8_t *bytes = wasmfit_module(&length);
    struct mem_context memory;
    mem_context_init(&memory);
    struct load_context load;
    load_context_init(&load, &memory);
    struct module *module;
    check(module_create(&module, bytes, bytes + length, &load), &load.report);
    load_context_clear(&load);

    wasmfit_phase_instantiate();
    struct report report;
    report_init(&report);
    struct import_object *imports;
    check(import_object_create_for_host_funcs(&memory, &offered, 1, NULL, &imports), &report);
    struct instance *instance;
    check(instance_create(&memory, module, &instance, imports, &report), &report);
    const struct name name = NAME_FROM_CSTR(wasmfit_export());
    uint32_t function;
    if (module_find_export(module, &name, EXTERNTYPE_FUNC, &function))
        wasmfit_fail("the module has no such function");
    const struct functype *type = module_functype(module, function);
    struct exec_context context;
    exec_context_init(&context, instance, &memory);

    uint32_t count;
    for (const uint32_t *arguments; (arguments = wasmfit_call_begin(&count));) {
        struct val values[count + 1];
        for (uint32_t i = 0; i < count; i++)
            values[i].u.i32 = arguments[i];
        check(exec_push_vals(&context, &type->parameter, values), context.report);
        int ended = instance_execute_func_nocheck(&context, function);
        check(instance_execute_handle_restart(&context, ended), context.report);
        exec_pop_vals(&context, &type->result, values);
        wasmfit_call_end(values[0].u.i32);
    }

    exec_context_clear(&context);
    instance_destroy(instance);
    import_object_destroy(&memory, imports);
    report_clear(&report);
    module_destroy(&memory, module);
    mem_context_clear(&memory);
}
