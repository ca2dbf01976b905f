/* A QEMU plugin that says from where the heap is asked for blocks, and gets them back: each time that one of two functions of the
 * allocator is entered, it records where their callers go on.
 *
 * It knows addresses and no values: how large a block is, and where, is in registers, which older versions of the
 * interface do not show. QEMU's own log does; its entries are in the same order (heap_blocks.py puts both together).
 *
 * Calls are followed as in ../profile.c: an instruction that leaves a return address is a call, a jump to that
 * address the return.
 *
 * Arguments, NAME=VALUE:
 *   out=FILE         the record
 *   isa=NAME         thumb or riscv32
 *   take=ADDRESS     the function that gives a block out
 *   give=ADDRESS     the function that takes one back
 *   mark=ADDRESS:N   a phase begins there (several may be given)
 *   limit=N          instructions after which the emulation ends
 *
 * The record is "heap 1", then a line for each event: "mark N", "take RETURN...", innermost first, "give"; at the end one
 * of "end", "limit", "fenced CALL" and "unfenced" (../fence.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classes.h"
#include "plugin.h"
#include "qemu.h"
#include "watcher.h"

#define MARKS 8
#define DEPTH 65536
#define LOOK_BACK 64
#define SHOWN 40 /* callers of a block that are recorded */

static FILE *out;
static uint64_t take, give, limit = UINT64_MAX, marks[MARKS][2];
static size_t number_of_marks;

/* What is known of a block of code. */
struct code {
    uint32_t start, end, instructions;
    bool links; /* whether it ends with a call */
    enum { NOTHING, TAKE, GIVE, MARK } event;
    uint32_t phase;
};

static const struct code *before;
static uint32_t returns[DEPTH];
static size_t depth;
static uint64_t executed;

static void record_last(const char *word, const char *more)
{
    fprintf(out, "%s%s\n", word, more);
    fclose(out);
}

/* ---- while the program runs ---- */

static void follow(const struct code *code)
{
    if (before->links) {
        if (depth < DEPTH) {
            returns[depth++] = before->end;
        }
        return;
    }
    for (size_t back = depth; back > 0 && depth - back < LOOK_BACK; back--) {
        if (returns[back - 1] == code->start) {
            depth = back - 1;
            return;
        }
    }
}

static void record(const struct code *code)
{
    if (code->event == MARK) {
        fprintf(out, "mark %" PRIu32 "\n", code->phase);
    } else if (code->event == GIVE) {
        fputs("give\n", out);
    } else {
        fputs("take", out);
        for (size_t i = 0; i < SHOWN && i < depth; i++) {
            fprintf(out, " %" PRIx32, returns[depth - 1 - i]);
        }
        fputc('\n', out);
    }
}

static void on_block(unsigned cpu, void *data)
{
    const struct code *code = data;
    (void)cpu;
    if (before && code->start != before->end) {
        follow(code);
    }
    before = code;
    if (code->event != NOTHING) {
        record(code);
    }
    executed += code->instructions;
    if (executed > limit) {
        end_with("limit", "");
    }
}

static void on_translated(struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    struct code *code = calloc(1, sizeof *code);
    enter_fence();
    if (!code) {
        abort();
    }
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        uint8_t bytes[INSN_BYTES];
        const uint8_t *at = interface_bytes(insn, bytes);
        size_t size = isa->size(at);
        if (i == 0) {
            code->start = pc;
        }
        code->end = pc + (uint32_t)size;
        code->links = isa->decode(at, size).links;
    }
    code->instructions = (uint32_t)instructions;
    code->event = code->start == take ? TAKE : code->start == give ? GIVE : NOTHING;
    for (size_t i = 0; i < number_of_marks; i++) {
        if (code->start == marks[i][0]) {
            code->event = MARK;
            code->phase = (uint32_t)marks[i][1];
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, code);
}

/* ---- start ---- */

static bool read_argument(const char *name, const char *value)
{
    bool good;
    if (read_common(name, value, &good)) {
        return good;
    }
    if (!strcmp(name, "out")) {
        out = fopen(value, "we");
        return out != NULL;
    }
    if (!strcmp(name, "take")) {
        return numbers(value, 1, &take);
    }
    if (!strcmp(name, "give")) {
        return numbers(value, 1, &give);
    }
    if (!strcmp(name, "mark")) {
        return number_of_marks < MARKS && numbers(value, 2, marks[number_of_marks++]);
    }
    return !strcmp(name, "limit") && numbers(value, 1, &limit);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    if (!read_arguments(argc, argv, "wasmfit heap", read_argument)) {
        return -1;
    }
    if (!out || !isa || !take || !give) {
        fprintf(stderr, "wasmfit heap: out, isa, take and give are needed\n");
        return -1;
    }
    fputs("heap 1\n", out);
    interface_register(id, on_translated, on_end);
    return 0;
}
