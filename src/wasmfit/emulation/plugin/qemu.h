/* QEMU's plugin API, as far as it is the same in all versions and used here; most packages of QEMU bring no
 * header. What differs from version to version is in interface/, one file for each version that changed what
 * is used here. */
#ifndef QEMU_H
#define QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

/* The beginning of what a plugin is told at its start; what follows differs. */
struct qemu_info {
    const char *target_name;
    struct {
        int min, cur;
    } version;
};

enum { CB_NO_REGS = 0, CB_READS_REGS = 1 };
enum { MEM_BOTH = 3 };
enum { INLINE_ADD_U64 = 0 };

typedef void (*executed_cb)(unsigned cpu, void *data);
typedef void (*memory_cb)(unsigned cpu, qemu_plugin_meminfo_t, uint64_t address, void *data);

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed_cb, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, executed_cb, int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *, memory_cb, int flags, int rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t);

/* ---- what the files in interface/ offer, each with its version's means ---- */

#define INSN_BYTES 8 /* more than any instruction of the cores here has */

typedef void (*translated_cb)(struct qemu_plugin_tb *);
typedef void (*exit_cb)(void);

/* Calls `translated` for each block that is translated, and `at_exit` when the emulation ends by itself. */
void interface_register(qemu_plugin_id_t id, translated_cb translated, exit_cb at_exit);

/* The counter that interface_add() adds to. To be asked for while a block is translated, again for each: it may
 * move when a CPU is started. */
uint64_t *interface_counter(void);

/* Adds to the counter whenever the instruction is started, after what was asked for before. */
void interface_add(struct qemu_plugin_insn *insn, uint64_t number);

/* The bytes of an instruction; `buffer` may be where they are put. Good until the block is translated. */
const uint8_t *interface_bytes(const struct qemu_plugin_insn *insn, uint8_t buffer[INSN_BYTES]);

/* Whether a plugin can read the core's registers. */
bool interface_reads_registers(void);

/* Reads a register of the core that calls us, by the name that debuggers have for it; false where there is none of
 * that name. `known` remembers it from one call to the next, and is NULL before the first. Only in a callback that was
 * asked for with CB_READS_REGS. */
struct qemu_plugin_register;
bool interface_read_register(const char *name, struct qemu_plugin_register **known, uint32_t *value);

#endif
