/* wasmfit's counting plugin for QEMU's TCG (plugin API version 1, as of QEMU 7.2).
 *
 * Counts every instruction that the emulated core starts, notes the count
 * whenever the program reaches a phase mark, and the lowest stack address
 * written between two marks. Ends the emulation at the first store that the
 * board's memory would not take, and when an instruction limit is reached.
 *
 * Arguments (addresses in C notation):
 *   out=PATH       where the record goes
 *   isa=thumb      instruction set, if stores of it are known here (else every access is looked at)
 *   mark=ADDR:ID   address of a mark's first instruction; may be repeated
 *   stack=LOW:TOP  the stack's reservation
 *   ram=LOW:END    the board's RAM
 *   memory=LOW:END ordinary memory; may be repeated. A store there that is not in the board's
 *                  RAM is a stray one: the machine has more RAM than the board and lets it pass,
 *                  the board would fault
 *   limit=N        instructions after which the emulation ends
 *
 * The record, one line each, every line one write(2), so that nothing is lost
 * when the emulator is killed:
 *   counter 1             the format; always first
 *   mark ID COUNT LOWEST  COUNT instructions had been started before the mark's own first one;
 *                         LOWEST stack address written since the mark before (TOP: none was)
 *   full                  once, when MARK_LINES marks have been noted; later ones are not
 * and last, unless the emulator was killed or died:
 *   end COUNT LOWEST      it ended by itself, or was asked to
 *   limit COUNT LOWEST    it reached the limit
 *   stray ADDRESS PC COUNT LOWEST
 *                         the instruction at PC stored to ADDRESS
 *
 * What counts as one instruction: each one that QEMU translates and starts. An
 * instruction of an IT block whose condition is false is started (a core spends
 * a cycle on it too); so is one that then faults. Counting is inline, before
 * each instruction, so a block that an exception leaves early is counted up to
 * the instruction that was left, and a mark inside a block counts what came
 * before it only.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- QEMU's plugin API, as far as used (Debian ships no header) ---- */

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

enum { CB_NO_REGS = 0 };
enum { MEM_WRITE = 2 };
enum { INLINE_ADD_U64 = 0 };

typedef void (*tb_translated_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*executed_cb)(unsigned cpu, void *data);
typedef void (*memory_cb)(unsigned cpu, qemu_plugin_meminfo_t, uint64_t address, void *data);
typedef void (*exit_cb)(qemu_plugin_id_t, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, tb_translated_cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed_cb, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, executed_cb, int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int op, void *counter, uint64_t);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *, memory_cb, int flags, int rw, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, exit_cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t);

EXPORT int qemu_plugin_version = 1;

/* ---- what is known of the image and the board ---- */

#define MARKS 16
#define MEMORIES 8
#define MARK_LINES 100000

struct range {
    uint32_t low, end;
};

struct mark {
    uint32_t address;
    unsigned id;
};

static struct mark marks[MARKS];
static size_t number_of_marks;
static struct range stack, ram, memories[MEMORIES];
static size_t number_of_memories;
static uint64_t limit = UINT64_MAX;
static bool thumb;
static int out = -1;

static bool holds(struct range range, uint32_t address)
{
    return address - range.low < range.end - range.low;
}

/* ---- what is counted ---- */

static uint64_t executed;
static unsigned mark_lines;

/* The lowest stack address written since the last mark, and how far the board's
 * RAM reaches above it: a store in between is of no interest, and one compare
 * tells. The link map puts the stack at the bottom of RAM, so that nearly every
 * store is such a one. */
static uint32_t lowest, span;

static void set_lowest(uint32_t address)
{
    lowest = address;
    span = ram.end - address;
}

/* ---- the record ---- */

static void record(const char *line, int length)
{
    while (length > 0) {
        ssize_t written = write(out, line, (size_t)length);
        if (written <= 0) {
            return;
        }
        line += written;
        length -= (int)written;
    }
}

/* Writes a line of a word and the present state. */
static void record_state(const char *word)
{
    char line[96];
    record(line, snprintf(line, sizeof line, "%s %" PRIu64 " 0x%08" PRIx32 "\n", word, executed, lowest));
}

/* The same, as the last line. What the program has printed has been written by
 * now, and nothing of the emulator's own needs tidying up. */
static void record_end(const char *word)
{
    record_state(word);
    _exit(0);
}

/* ---- while the program runs ---- */

/* One translated block: what later measures of a block hang on. */
struct block {
    uint32_t instructions;
};

static void on_block(unsigned cpu, void *data)
{
    const struct block *block = data;
    (void)cpu;
    if (__builtin_expect(executed + block->instructions > limit, 0)) {
        record_end("limit");
    }
}

static void on_mark(unsigned cpu, void *data)
{
    const struct mark *mark = data;
    char word[24];
    (void)cpu;
    if (mark_lines < MARK_LINES) {
        snprintf(word, sizeof word, "mark %u", mark->id);
        record_state(word);
    } else if (mark_lines == MARK_LINES) {
        record("full\n", 5);
    } else {
        return;
    }
    mark_lines++;
    set_lowest(stack.end);
}

static void look_at_store(uint32_t address, uint32_t pc)
{
    char word[48];
    if (address < lowest && holds(stack, address)) {
        set_lowest(address);
        return;
    }
    if (holds(ram, address)) {
        return;
    }
    for (size_t i = 0; i < number_of_memories; i++) {
        if (holds(memories[i], address)) {
            snprintf(word, sizeof word, "stray 0x%08" PRIx32 " 0x%08" PRIx32, address, pc);
            record_end(word);
        }
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    /* QEMU 7.2 calls for loads too where only stores were asked for. */
    if ((uint32_t)address - lowest >= span && qemu_plugin_mem_is_store(info)) {
        look_at_store((uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
}

/* ---- while blocks are translated ---- */

/* Whether a Thumb instruction can store. May say yes to one that does not. */
static bool thumb_stores(const struct qemu_plugin_insn *insn)
{
    const uint8_t *bytes = qemu_plugin_insn_data(insn);
    unsigned first = bytes[0] | (unsigned)bytes[1] << 8;
    if (qemu_plugin_insn_size(insn) == 4) {
        bool load = first & 0x10;
        switch (first >> 9) {
        case 0x74: /* STM, STRD, STREX and their kin */
        case 0x76: /* coprocessor and float stores */
        case 0x7c: /* STR, STRH, STRB */
        case 0x7e: /* coprocessor stores, second space */
            return !load;
        default:
            return false;
        }
    }
    switch (first >> 11) {
    case 0x0a: /* STR, STRH, STRB by register; LDRSB */
    case 0x0c: /* STR by immediate */
    case 0x0e: /* STRB */
    case 0x10: /* STRH */
    case 0x12: /* STR on the stack */
    case 0x16: /* PUSH and others */
    case 0x18: /* STM */
        return true;
    default:
        return false;
    }
}

static struct mark *mark_at(uint32_t address)
{
    for (size_t i = 0; i < number_of_marks; i++) {
        if (marks[i].address == address) {
            return &marks[i];
        }
    }
    return NULL;
}

static void on_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    /* Lives as long as the translation may run, that is, until the end. */
    struct block *block = malloc(sizeof *block);
    (void)id;
    if (!block) {
        abort();
    }
    block->instructions = (uint32_t)instructions;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, block);
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        struct mark *mark = mark_at(pc);
        if (mark) {
            /* Called before the inline addition of the same instruction. */
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, CB_NO_REGS, mark);
        }
        qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &executed, 1);
        if (!thumb || thumb_stores(insn)) {
            qemu_plugin_register_vcpu_mem_cb(insn, on_access, CB_NO_REGS, MEM_WRITE, (void *)(uintptr_t)pc);
        }
    }
}

static void on_end(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    record_state("end");
}

/* ---- start ---- */

/* Reads "NUMBER" or, where second is asked for, "NUMBER:NUMBER". */
static bool numbers(const char *text, uint64_t *first, uint64_t *second)
{
    char *rest;
    *first = strtoull(text, &rest, 0);
    if (second) {
        if (rest == text || *rest != ':') {
            return false;
        }
        text = rest + 1;
        *second = strtoull(text, &rest, 0);
    }
    return rest != text && *rest == 0;
}

static bool read_range(const char *text, struct range *range)
{
    uint64_t low, end;
    if (!numbers(text, &low, &end) || low >= end || end > UINT32_MAX) {
        return false;
    }
    *range = (struct range){(uint32_t)low, (uint32_t)end};
    return true;
}

static bool read_mark(const char *text)
{
    uint64_t address, id;
    if (number_of_marks == MARKS || !numbers(text, &address, &id)) {
        return false;
    }
    marks[number_of_marks++] = (struct mark){(uint32_t)address, (unsigned)id};
    return true;
}

static bool read_argument(const char *name, const char *value)
{
    if (!strcmp(name, "out")) {
        out = open(value, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
        return out >= 0;
    }
    if (!strcmp(name, "isa")) {
        thumb = !strcmp(value, "thumb");
        return true;
    }
    if (!strcmp(name, "mark")) {
        return read_mark(value);
    }
    if (!strcmp(name, "stack")) {
        return read_range(value, &stack);
    }
    if (!strcmp(name, "ram")) {
        return read_range(value, &ram);
    }
    if (!strcmp(name, "memory")) {
        return number_of_memories < MEMORIES && read_range(value, &memories[number_of_memories++]);
    }
    return !strcmp(name, "limit") && numbers(value, &limit, NULL);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        char name[16];
        const char *equals = strchr(argv[i], '=');
        size_t length = equals ? (size_t)(equals - argv[i]) : sizeof name;
        if (length < sizeof name) {
            memcpy(name, argv[i], length);
            name[length] = 0;
        }
        if (length >= sizeof name || !read_argument(name, equals + 1)) {
            fprintf(stderr, "wasmfit counter: cannot use the argument \"%s\"\n", argv[i]);
            return -1;
        }
    }
    if (out < 0 || ram.end == 0 || stack.end == 0) {
        fprintf(stderr, "wasmfit counter: out, ram and stack are needed\n");
        return -1;
    }
    set_lowest(stack.end);
    record("counter 1\n", 10);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
