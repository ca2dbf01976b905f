/* Compiles wasm modules ahead for WAMR on a device: `host INPUT.wasm OUTPUT.aot OPTION…`, or
 * `host --batch INPUT OUTPUT OPTION…` for many modules in one file, as glue for the W3C suite wants them
 * (docs/adding-a-runtime.md). WAMR's own program for it, wamrc, is not among the sources that its crate has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aot_export.h"
#include "wasm_export.h"

enum { MOST_WORDS = 256 };

typedef struct {
    uint8_t *bytes;
    uint32_t length;
} Bytes;

static int fail(const char *words)
{
    fprintf(stderr, "error: %s\n", words);
    return 1;
}

/* Whether the option is this one; what comes after its name is its value. */
static bool is_option(const char *option, const char *name, char **value)
{
    size_t length = strlen(name);
    if (strncmp(option, name, length))
        return false;
    *value = (char *)option + length;
    return true;
}

/* What wamrc sets unless it is told otherwise, without what the device is built without: SIMD, tail calls. */
static AOTCompOption defaults(void)
{
    AOTCompOption option = {
        .opt_level = 3,
        .size_level = 3,
        .output_format = AOT_FORMAT_FILE,
        /* By the target: on, where there is no MMU to do it. */
        .bounds_checks = 2,
        .stack_bounds_checks = 2,
        .enable_aux_stack_check = true,
        .enable_bulk_memory = true,
        .enable_bulk_memory_opt = true,
        .enable_ref_types = true,
        .enable_call_indirect_overlong = true,
    };
    aot_call_stack_features_init_default(&option.call_stack_features);
    return option;
}

static bool set(AOTCompOption *option, const char *given)
{
    char *value;
    if (is_option(given, "--target=", &value))
        option->target_arch = value;
    else if (is_option(given, "--abi=", &value))
        option->target_abi = value;
    else if (is_option(given, "--cpu=", &value))
        option->target_cpu = value;
    else if (is_option(given, "--cpu-features=", &value))
        option->cpu_features = value;
    else if (is_option(given, "--opt-level=", &value))
        option->opt_level = (uint32_t)atoi(value);
    else if (is_option(given, "--size-level=", &value))
        option->size_level = (uint32_t)atoi(value);
    else if (is_option(given, "--bounds-checks=", &value))
        option->bounds_checks = (uint32_t)atoi(value);
    else if (is_option(given, "--stack-bounds-checks=", &value))
        option->stack_bounds_checks = (uint32_t)atoi(value);
    else if (is_option(given, "--builtin-intrinsics=", &value))
        /* None: what WAMR chooses for the processor. */
        option->builtin_intrinsics = *value ? value : NULL;
    else if (!strcmp(given, "--xip"))
        option->is_indirect_mode = option->disable_llvm_intrinsics = true;
    else
        return false;
    return true;
}

/* Compiles a module; where it is refused, `words` says why. */
static bool compile(AOTCompOption option, Bytes module, Bytes *made, char words[MOST_WORDS])
{
    wasm_module_t loaded = wasm_runtime_load(module.bytes, module.length, words, MOST_WORDS);
    if (!loaded)
        return false;
    /* LLVM writes how much stack functions take to a file, which WAMR reads. */
    char usage[] = "/tmp/wasmfit-stack-XXXXXX";
    int opened = mkstemp(usage);
    if (opened < 0) {
        snprintf(words, MOST_WORDS, "no temporary file can be made");
        return false;
    }
    close(opened);
    option.stack_usage_file = usage;
    aot_comp_data_t data = aot_create_comp_data(loaded, option.target_arch, false);
    aot_comp_context_t context = data ? aot_create_comp_context(data, &option) : NULL;
    bool compiled = context && aot_compile_wasm(context)
                    && (made->bytes = aot_emit_aot_file_buf(context, data, &made->length));
    unlink(usage);
    if (!compiled)
        snprintf(words, MOST_WORDS, "%s", aot_get_last_error());
    /* What is left is the system's to free. */
    if (context)
        aot_destroy_comp_context(context);
    return compiled;
}

static bool read_file(const char *path, Bytes *content)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        return false;
    content->length = (uint32_t)ftell(file);
    rewind(file);
    content->bytes = malloc(content->length + 1);
    bool whole = content->bytes && fread(content->bytes, 1, content->length, file) == content->length;
    return !fclose(file) && whole;
}

static bool write_all(FILE *file, Bytes content)
{
    return fwrite(content.bytes, 1, content.length, file) == content.length;
}

/* A number of 32 bits, little-endian, as this machine has it. */
static bool take(Bytes *rest, uint32_t *number)
{
    if (rest->length < sizeof *number)
        return false;
    memcpy(number, rest->bytes, sizeof *number);
    rest->bytes += sizeof *number;
    rest->length -= sizeof *number;
    return true;
}

/* Whether the module was taken, a length, and bytes or words. */
static bool put(FILE *output, uint8_t taken, Bytes content)
{
    return fwrite(&taken, 1, 1, output) == 1 && fwrite(&content.length, 4, 1, output) == 1
           && write_all(output, content);
}

/* A process of its own does it: at some modules of the suite the compiler aborts. */
static bool batch_one(AOTCompOption option, Bytes module, FILE *output)
{
    FILE *between = tmpfile();
    if (!between)
        return false;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        char words[MOST_WORDS] = "";
        Bytes made = { 0 };
        bool taken = compile(option, module, &made, words);
        if (!taken)
            made = (Bytes){ (uint8_t *)words, (uint32_t)strlen(words) };
        bool written = write_all(between, made) && !fflush(between);
        _exit(!written ? 2 : taken ? 0 : 1);
    }
    int status;
    if (waitpid(child, &status, 0) != child)
        return false;
    char died[MOST_WORDS];
    Bytes made = { 0 };
    if (WIFSIGNALED(status)) {
        int length = snprintf(died, sizeof died, "the compiler ended by signal %d", WTERMSIG(status));
        made = (Bytes){ (uint8_t *)died, (uint32_t)length };
    }
    else if (WEXITSTATUS(status) > 1)
        return false;
    else {
        if (fseek(between, 0, SEEK_END))
            return false;
        made.length = (uint32_t)ftell(between);
        rewind(between);
        made.bytes = malloc(made.length + 1);
        if (!made.bytes || fread(made.bytes, 1, made.length, between) != made.length)
            return false;
    }
    bool done = put(output, WIFEXITED(status) && WEXITSTATUS(status) == 0, made);
    fclose(between);
    return done;
}

static bool batch(AOTCompOption option, Bytes input, FILE *output)
{
    uint32_t count, length;
    if (!take(&input, &count) || fwrite(&count, 4, 1, output) != 1)
        return false;
    for (; count; count--) {
        if (!take(&input, &length) || length > input.length)
            return false;
        if (!batch_one(option, (Bytes){ input.bytes, length }, output))
            return false;
        input.bytes += length;
        input.length -= length;
    }
    return true;
}

int main(int count, char **given)
{
    bool many = count > 1 && !strcmp(given[1], "--batch");
    given += many;
    count -= many;
    if (count < 3)
        return fail("usage: host [--batch] INPUT OUTPUT OPTION…");
    AOTCompOption option = defaults();
    for (int i = 3; i < count; i++)
        if (!set(&option, given[i])) {
            fprintf(stderr, "error: unknown option %s\n", given[i]);
            return 1;
        }
    RuntimeInitArgs start = { .mem_alloc_type = Alloc_With_System_Allocator };
    if (!wasm_runtime_full_init(&start) || !aot_compiler_init())
        return fail("the compiler cannot be initialised");
    Bytes input;
    FILE *output = fopen(given[2], "wb");
    if (!read_file(given[1], &input) || !output)
        return fail("a file cannot be read or written");
    char words[MOST_WORDS] = "";
    Bytes made;
    if (many ? !batch(option, input, output) : !compile(option, input, &made, words))
        return fail(many ? "the input ends early, or the output cannot be written" : words);
    bool written = many || write_all(output, made);
    return fclose(output) || !written ? fail("the output cannot be written") : 0;
}
