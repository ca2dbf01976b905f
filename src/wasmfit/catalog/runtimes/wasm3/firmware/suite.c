/* wasm3, replaying the W3C suite. Every instance has a runtime of its own; wasm3 links no modules with one
 * another, so that of the imports only spectest's functions are answered. */
#include <string.h>

#include "wasm3.h"
#include "wasmfit_suite.h"

/* Room for deep recursion: memory is not what is asked about. */
enum { WASM_STACK_BYTES = 65536, MOST_INSTANCES = 64, MOST_VALUES = 256 };

static IM3Environment environment;
static IM3Runtime runtimes[MOST_INSTANCES];
static IM3Module modules[MOST_INSTANCES];
static uint32_t instances;

void wasmfit_suite_begin(void)
{
    environment = m3_NewEnvironment();
    instances = 0;
}

void wasmfit_suite_end(void)
{
    for (uint32_t i = 0; i < instances; i++)
        m3_FreeRuntime(runtimes[i]);
    m3_FreeEnvironment(environment);
}

/* wasm3's traps say so in their words. */
static uint32_t ended(M3Result result, uint32_t otherwise, const char **why)
{
    *why = result;
    if (!result)
        return WASMFIT_DONE;
    return strncmp(result, "[trap]", 6) == 0 ? WASMFIT_TRAP : otherwise;
}

static m3ApiRawFunction(nothing)
{
    (void)runtime, (void)_ctx, (void)_sp, (void)_mem;
    return m3Err_none;
}

static void link_spectest(IM3Module module)
{
    static const char *const functions[][2] = {
        {"print", "v()"},           {"print_i32", "v(i)"},      {"print_i64", "v(I)"},
        {"print_f32", "v(f)"},      {"print_f64", "v(F)"},      {"print_i32_f32", "v(if)"},
        {"print_f64_f64", "v(FF)"},
    };
    for (uint32_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        m3_LinkRawFunction(module, "spectest", functions[i][0], functions[i][1], nothing);
}

/* Parses a module and loads it into a runtime of its own. */
static uint32_t load(const uint8_t *bytes, uint32_t length, IM3Runtime *runtime, IM3Module *module, const char **why)
{
    *why = m3Err_mallocFailed;
    *runtime = environment ? m3_NewRuntime(environment, WASM_STACK_BYTES, NULL) : NULL;
    if (!*runtime)
        return WASMFIT_REFUSED;
    uint32_t how = ended(m3_ParseModule(environment, module, bytes, length), WASMFIT_LOAD, why);
    if (how == WASMFIT_DONE) {
        how = ended(m3_LoadModule(*runtime, *module), WASMFIT_LOAD, why);
        if (how != WASMFIT_DONE)
            m3_FreeModule(*module);
    }
    if (how != WASMFIT_DONE)
        m3_FreeRuntime(*runtime);
    return how;
}

uint32_t wasmfit_suite_load(const uint8_t *bytes, uint32_t length, const char **why)
{
    IM3Runtime runtime;
    IM3Module module;
    uint32_t how = load(bytes, length, &runtime, &module, why);
    if (how != WASMFIT_DONE)
        return how;
    link_spectest(module);
    /* What wasm3 finds wrong with a function it finds when it translates it: now, or when it is called. */
    how = ended(m3_CompileModule(module), WASMFIT_LOAD, why);
    m3_FreeRuntime(runtime);
    return how;
}

uint32_t wasmfit_suite_instantiate(const uint8_t *bytes, uint32_t length, uint32_t *instance, const char **why)
{
    *why = "the glue has room for 64 instances";
    if (instances == MOST_INSTANCES)
        return WASMFIT_REFUSED;
    IM3Runtime runtime;
    IM3Module module;
    uint32_t how = load(bytes, length, &runtime, &module, why);
    if (how != WASMFIT_DONE)
        return how;
    link_spectest(module);
    runtimes[instances] = runtime;
    modules[instances] = module;
    *instance = instances++;
    return ended(m3_RunStart(module), WASMFIT_LINK, why);
}

uint32_t wasmfit_suite_register(uint32_t instance, const char *name, const char **why)
{
    (void)instance;
    /* Its functions are here, since wasm3 cannot import from a module. */
    if (strcmp(name, "spectest") == 0)
        return WASMFIT_DONE;
    *why = "wasm3 does not link modules with one another";
    return WASMFIT_REFUSED;
}

static uint32_t size_of(M3ValueType type)
{
    return type == c_m3Type_i32 || type == c_m3Type_f32 ? 4 : 8;
}

static uint32_t type_of(M3ValueType type)
{
    return type == c_m3Type_i32   ? WASMFIT_I32
           : type == c_m3Type_i64 ? WASMFIT_I64
           : type == c_m3Type_f32 ? WASMFIT_F32
                                  : WASMFIT_F64;
}

uint32_t wasmfit_suite_invoke(uint32_t instance, const char *name, const wasmfit_value *arguments, uint32_t count,
                              wasmfit_value *results, uint32_t *number, const char **why)
{
    IM3Function function;
    uint32_t how = ended(m3_FindFunction(&function, runtimes[instance], name), WASMFIT_REFUSED, why);
    if (how != WASMFIT_DONE)
        return how;
    const void *pointers[MOST_VALUES];
    *why = "the glue has room for 256 values";
    if (count > MOST_VALUES || m3_GetRetCount(function) > *number)
        return WASMFIT_REFUSED;
    for (uint32_t i = 0; i < count; i++) {
        *why = "wasm3 has no values of this type";
        if (arguments[i].type > WASMFIT_F64)
            return WASMFIT_REFUSED;
        pointers[i] = arguments[i].bytes;
    }
    how = ended(m3_Call(function, count, pointers), WASMFIT_REFUSED, why);
    if (how != WASMFIT_DONE)
        return how;
    *number = m3_GetRetCount(function);
    uint64_t words[MOST_VALUES];
    for (uint32_t i = 0; i < *number; i++)
        pointers[i] = &words[i];
    how = ended(m3_GetResults(function, *number, pointers), WASMFIT_REFUSED, why);
    for (uint32_t i = 0; i < *number; i++) {
        M3ValueType type = m3_GetRetType(function, i);
        results[i].type = type_of(type);
        memcpy(results[i].bytes, &words[i], size_of(type));
    }
    return how;
}

uint32_t wasmfit_suite_global(uint32_t instance, const char *name, wasmfit_value *result, const char **why)
{
    IM3Global global = m3_FindGlobal(modules[instance], name);
    *why = m3Err_globalLookupFailed;
    if (!global)
        return WASMFIT_REFUSED;
    M3TaggedValue value;
    uint32_t how = ended(m3_GetGlobal(global, &value), WASMFIT_REFUSED, why);
    if (how == WASMFIT_DONE) {
        result->type = type_of(value.type);
        memcpy(result->bytes, &value.value, size_of(value.type));
    }
    return how;
}
