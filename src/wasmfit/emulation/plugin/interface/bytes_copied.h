/* Since version 3: the bytes of an instruction are copied. */
#ifndef BYTES_COPIED_H
#define BYTES_COPIED_H

#include "../qemu.h"

size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *, void *buffer, size_t size);

const uint8_t *interface_bytes(const struct qemu_plugin_insn *insn, uint8_t buffer[INSN_BYTES])
{
    qemu_plugin_insn_data(insn, buffer, INSN_BYTES);
    return buffer;
}

#endif
