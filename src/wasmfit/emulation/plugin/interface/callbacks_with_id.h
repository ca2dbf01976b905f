/* Before version 7: these callbacks begin with the plugin's number, and only the last one has data of ours. */
#ifndef CALLBACKS_WITH_ID_H
#define CALLBACKS_WITH_ID_H

#include "../qemu.h"

void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *data);

static translated_cb on_translation;
static exit_cb on_exit_of_qemu;

static void translated_with_id(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    on_translation(tb);
}

static void exit_with_id(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    on_exit_of_qemu();
}

void interface_register(qemu_plugin_id_t id, translated_cb translated, exit_cb at_exit)
{
    on_translation = translated;
    on_exit_of_qemu = at_exit;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated_with_id);
    qemu_plugin_register_atexit_cb(id, exit_with_id, NULL);
}

#endif
