/* A QEMU plugin that watches over a long run: ends it where the program takes too many instructions since it
 * last came by a certain address, or stores where there is no memory for it. It counts nothing else, and so
 * takes little time. Arguments (numbers as C writes them):
 *
 *   out=FILE         where the record goes
 *   isa=thumb|riscv32
 *   begin=ADDRESS    where the count starts anew
 *   tick=ADDRESS     where the count so far is recorded (twice at the most)
 *   reads=NAME       the file that the program may open
 *   fence=1          the program runs inside the fence (fence.h), or not at all
 *   each=NUMBER      instructions that may be executed from one such passage to the next
 *   ram=LOW:END      where stores may go
 *   memory=LOW:END   where other stores are an error (several may be given); elsewhere are peripherals
 *
 * The record is "guard 1", "tick TOTAL" for each passage, and, at the end, one of "end TOTAL", "limit TOTAL", "stray TOTAL ADDRESS PC",
 * "fenced TOTAL CALL" and "unfenced TOTAL" (../counter.c). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classes.h"
#include "plugin.h"
#include "qemu.h"
#include "watcher.h"

/* ---- what is known ---- */

#define MEMORIES 8

static struct range ram, memories[MEMORIES];
static size_t number_of_memories;
static uint64_t begin, each = UINT64_MAX, ticks[2];
static size_t number_of_ticks;
static int out = -1;

static uint64_t spent, before; /* since the last passage, and until then */

static void record_last(const char *word, const char *more)
{
    char line[96];
    write_line(out, line, snprintf(line, sizeof line, "%s %" PRIu64 "%s\n", word, before + spent, more));
}

/* ---- while the program runs ---- */

/* `data` is four times the block's number of instructions, with 1 where the count starts anew, 2 where it is
 * recorded. */
static void on_block(unsigned cpu, void *data)
{
    uintptr_t block = (uintptr_t)data;
    (void)cpu;
    if (__builtin_expect(block & 3, 0)) {
        if (block & 2) {
            record_last("tick", "");
        }
        if (block & 1) {
            before += spent;
            spent = 0;
        }
    }
    spent += block >> 2;
    if (__builtin_expect(spent > each, 0)) {
        end_with("limit", "");
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t where, void *pc)
{
    uint32_t address = (uint32_t)where;
    char more[48];
    (void)cpu;
    if (__builtin_expect(holds(ram, address), 1) || !qemu_plugin_mem_is_store(info)) {
        return;
    }
    for (size_t i = 0; i < number_of_memories; i++) {
        if (holds(memories[i], address)) {
            snprintf(more, sizeof more, " 0x%08" PRIx32 " 0x%08" PRIx32, address, (uint32_t)(uintptr_t)pc);
            end_with("stray", more);
        }
    }
}

static void on_translated(struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    uintptr_t block = instructions << 2;
    enter_fence();
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        uint8_t bytes[INSN_BYTES];
        const uint8_t *code = interface_bytes(insn, bytes);
        struct instruction is = isa->decode(code, isa->size(code));
        block |= pc == begin;
        for (size_t tick = 0; tick < number_of_ticks; tick++) {
            block |= pc == ticks[tick] ? 2 : 0;
        }
        if (is.stores) {
            /* Asked for both always: QEMU 7.2 takes every access for a store when it is to tell only some. */
            qemu_plugin_register_vcpu_mem_cb(insn, on_access, CB_NO_REGS, MEM_BOTH, (void *)(uintptr_t)pc);
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, (void *)block);
}

/* ---- start ---- */

static bool read_argument(const char *name, const char *value)
{
    bool good;
    if (read_common(name, value, &good)) {
        return good;
    }
    if (!strcmp(name, "out")) {
        return open_record(value, &out);
    }
    if (!strcmp(name, "begin")) {
        return numbers(value, 1, &begin);
    }
    if (!strcmp(name, "tick")) {
        return number_of_ticks < 2 && numbers(value, 1, &ticks[number_of_ticks++]);
    }
    if (!strcmp(name, "each")) {
        return numbers(value, 1, &each);
    }
    if (!strcmp(name, "reads")) {
        return fence_give(value);
    }
    if (!strcmp(name, "ram")) {
        return read_range(value, &ram);
    }
    return !strcmp(name, "memory") && number_of_memories < MEMORIES &&
           read_range(value, &memories[number_of_memories++]);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    if (!read_arguments(argc, argv, "wasmfit guard", read_argument)) {
        return -1;
    }
    if (out < 0 || !isa || ram.end == 0) {
        fprintf(stderr, "wasmfit guard: out, isa and ram are needed\n");
        return -1;
    }
    write_line(out, "guard 1\n", 8);
    interface_register(id, on_translated, on_end);
    return 0;
}
