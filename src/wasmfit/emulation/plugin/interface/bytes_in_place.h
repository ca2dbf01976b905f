/* Before version 3: the bytes of an instruction are where QEMU has them. */
#ifndef BYTES_IN_PLACE_H
#define BYTES_IN_PLACE_H

#include "../qemu.h"

const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);

const uint8_t *interface_bytes(const struct qemu_plugin_insn *insn, uint8_t buffer[INSN_BYTES])
{
    (void)buffer;
    return qemu_plugin_insn_data(insn);
}

#endif
