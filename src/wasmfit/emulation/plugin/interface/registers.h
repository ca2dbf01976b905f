/* Since version 2: a plugin can read registers, through arrays of GLib's, which QEMU brings. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <string.h>

#include "../qemu.h"

/* The beginning of GLib's arrays; what follows is its own. */
struct glib_array {
    char *data;
    unsigned length;
};

/* The beginning of what is told of a register; later versions tell more. */
struct told_register {
    struct qemu_plugin_register *handle;
    const char *name;
};

struct glib_array *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(struct qemu_plugin_register *, struct glib_array *into);

/* A QEMU that has no GLib for us is one whose registers are not read. */
#define GLIB __attribute__((weak))
GLIB struct glib_array *g_byte_array_new(void);
GLIB struct glib_array *g_byte_array_set_size(struct glib_array *, unsigned size);
GLIB unsigned g_array_get_element_size(struct glib_array *);
GLIB char *g_array_free(struct glib_array *, int elements_too);

bool interface_reads_registers(void)
{
    return g_byte_array_new && g_byte_array_set_size && g_array_get_element_size && g_array_free;
}

static struct qemu_plugin_register *register_named(const char *name)
{
    struct glib_array *told = qemu_plugin_get_registers();
    struct qemu_plugin_register *found = NULL;
    if (told) {
        size_t size = g_array_get_element_size(told);
        for (unsigned i = 0; i < told->length && !found; i++) {
            struct told_register one;
            memcpy(&one, told->data + i * size, sizeof one);
            found = one.name && !strcmp(one.name, name) ? one.handle : NULL;
        }
        g_array_free(told, 1);
    }
    return found;
}

bool interface_read_register(const char *name, struct qemu_plugin_register **known, uint32_t *value)
{
    static struct glib_array *bytes;
    if (!*known && !(*known = register_named(name))) {
        return false;
    }
    bytes = g_byte_array_set_size(bytes ? bytes : g_byte_array_new(), 0);
    qemu_plugin_read_register(*known, bytes);
    if (bytes->length < sizeof *value) {
        return false;
    }
    /* As the core has it in memory: the cores here begin with the lowest byte, and so do hosts. */
    memcpy(value, bytes->data, sizeof *value);
    return true;
}

#endif
