/* Since version 2: inline operations on scoreboards, which have an entry for each virtual CPU, once it has been
 * started. The images here run on the first one alone. */
#ifndef SCOREBOARD_H
#define SCOREBOARD_H

#include "../qemu.h"

struct qemu_plugin_scoreboard;

typedef struct {
    struct qemu_plugin_scoreboard *score;
    size_t offset;
} qemu_plugin_u64;

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *, unsigned cpu);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
    struct qemu_plugin_insn *, int op, qemu_plugin_u64 counter, uint64_t);

static qemu_plugin_u64 counter;

uint64_t *interface_counter(void)
{
    if (!counter.score) {
        counter.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
    }
    return qemu_plugin_scoreboard_find(counter.score, 0);
}

void interface_add(struct qemu_plugin_insn *insn, uint64_t number)
{
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, INLINE_ADD_U64, counter, number);
}

#endif
