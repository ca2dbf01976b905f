/* Since version 7: every callback ends with data of ours, and none begins with the plugin's number. */
#ifndef CALLBACKS_WITH_DATA_H
#define CALLBACKS_WITH_DATA_H

#include "../qemu.h"

void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t, void (*)(struct qemu_plugin_tb *, void *), void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(void *), void *data);

static translated_cb on_translation;
static exit_cb on_exit_of_qemu;

static void translated_with_data(struct qemu_plugin_tb *tb, void *data)
{
    (void)data;
    on_translation(tb);
}

static void exit_with_data(void *data)
{
    (void)data;
    on_exit_of_qemu();
}

void interface_register(qemu_plugin_id_t id, translated_cb translated, exit_cb at_exit)
{
    on_translation = translated;
    on_exit_of_qemu = at_exit;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated_with_data, NULL);
    qemu_plugin_register_atexit_cb(id, exit_with_data, NULL);
}

#endif
