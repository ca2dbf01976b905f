/* A QEMU plugin that says whether QEMU takes it: it is compiled for one version of the interface, refers to all
 * that the other plugins use of that version, and ends the emulator when it has been loaded. It prints one line:
 *
 *   interface MIN CURRENT TARGET   the versions that this QEMU offers, and what it emulates
 */
#include <stdio.h>
#include <unistd.h>

#include "qemu.h"

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)id;
    (void)argc;
    (void)argv;
    printf("interface %d %d %s\n", info->version.min, info->version.cur, info->target_name);
    fflush(stdout);
    _exit(0);
}
