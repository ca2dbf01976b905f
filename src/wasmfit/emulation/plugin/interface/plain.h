/* Before version 2: inline operations on plain memory. */
#ifndef PLAIN_H
#define PLAIN_H

#include "../qemu.h"

void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int op, void *counter, uint64_t);

static uint64_t counter;

uint64_t *interface_counter(void)
{
    return &counter;
}

void interface_add(struct qemu_plugin_insn *insn, uint64_t number)
{
    qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &counter, number);
}

#endif
