/* Before version 2: registers cannot be read. */
#ifndef NO_REGISTERS_H
#define NO_REGISTERS_H

#include "../qemu.h"

bool interface_reads_registers(void)
{
    return false;
}

bool interface_read_register(const char *name, struct qemu_plugin_register **known, uint32_t *value)
{
    (void)name;
    (void)known;
    (void)value;
    return false;
}

#endif
