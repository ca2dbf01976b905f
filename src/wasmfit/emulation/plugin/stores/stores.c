/* A QEMU plugin that looks at every store: the run ends at the first one that goes to memory which nobody has given to
 * whoever stores: a block that is free, the allocator's own words in front of a block or among its static data, RAM
 * that nothing owns, flash. A sanitizer, with no code of its own in the image. Arguments (numbers as C writes them):
 *
 *   out=FILE         where the record goes
 *   isa=thumb|riscv32
 *   shared=FILE      the machine's memory that has the heap in it: QEMU shares it with us
 *   base=ADDRESS     where that memory begins
 *   heap=LOW:END     the heap
 *   owned=LOW:END    other RAM that may be stored to: the stack first, then static data; may be repeated
 *   kept=LOW:END     static data that is the allocator's alone; may be repeated
 *   code=LOW:END     the allocator's functions; may be repeated
 *   memory=LOW:END   where stores are an error unless somebody owns the place; may be repeated. Elsewhere are
 *                    peripherals
 *   mark=ADDRESS:ID  where a phase begins; may be repeated
 *   limit=N          instructions after which the emulation ends
 *   fence=1          the program runs inside the fence (fence.h), or not at all
 *
 * Blocks of the heap are those of rlsf's TLSF: each begins, at a multiple of 16 bytes, with a word that has its size
 * in the upper 28 bits, whether it is in use in bit 0, and whether it is the last in bit 1; the next word is the
 * block before it, and the rest is the user's. So all of them can be listed from the first. The list is read again
 * at the first store to the heap after one of the allocator's. What somebody makes of a block of his own, such as
 * a pool of small ones, is not seen.
 *
 * The record is "stores 1", and, at the end, one of
 *   end TOTAL STORES                      it ended by itself, after so many instructions and stores to the heap
 *   limit TOTAL STORES
 *   stray TOTAL STORES KIND ADDRESS PC PHASE FIRST END
 *                                         KIND is header, free, kept or nobody; FIRST and END are the block
 *                                         of a header or of free memory, without its own header; else 0
 *   broken TOTAL STORES ADDRESS           the list of blocks makes no sense at ADDRESS: nothing can be told
 *   fenced TOTAL STORES CALL
 *   unfenced TOTAL STORES                 (../counter.c)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "classes.h"
#include "plugin.h"
#include "qemu.h"
#include "watcher.h"

/* ---- what is known ---- */

#define RANGES 512
#define MARKS 16
#define GRANULE 16u /* blocks begin and end at multiples of it */
#define HEADER 8u   /* a block's own two words */

enum { USED = 1, LAST = 2 };
enum { USERS = 1, BEGINS = 2 };

struct ranges {
    struct range of[RANGES];
    size_t number;
};

static struct ranges owned, kept, code, memory;
static struct range heap;
static struct {
    uint32_t address;
    unsigned id;
} marks[MARKS];
static size_t number_of_marks;
static const char *shared;
static uint64_t base, limit = UINT64_MAX;
static int out = -1;

static bool among(const struct ranges *ranges, uint32_t address)
{
    for (size_t i = 0; i < ranges->number; i++) {
        if (holds(ranges->of[i], address)) {
            return true;
        }
    }
    return false;
}

/* ---- what happens ---- */

static uint64_t spent, stores;
static unsigned phase;
static const uint8_t *contents; /* of the memory that has the heap in it */
static uint8_t *known;          /* of each half granule of the heap: a user's, the beginning of a block, or neither */
static bool is_old = true;      /* the list of blocks has changed since it was read */
static bool has_blocks;         /* the allocator has stored to the heap */

static void record_last(const char *word, const char *more)
{
    char line[160];
    write_line(out, line, snprintf(line, sizeof line, "%s %" PRIu64 " %" PRIu64 "%s\n", word, spent, stores, more));
}

/* ---- the heap ---- */

static uint32_t word_at(uint32_t address)
{
    uint32_t word;
    memcpy(&word, contents + (address - (uint32_t)base), sizeof word);
    return word;
}

/* Reads the list of blocks; where it makes no sense, says at which address. */
static bool read_list(uint32_t *wrong)
{
    uint32_t address = (heap.low + GRANULE - 1) & ~(GRANULE - 1), word;
    memset(known, 0, (heap.end - heap.low) / HEADER + 1);
    while (!((word = word_at(address)) & LAST)) {
        uint32_t size = word & ~(GRANULE - 1);
        if (word & (GRANULE - 1) & ~(uint32_t)USED || size < GRANULE || size > heap.end - address - GRANULE) {
            *wrong = address;
            return false;
        }
        known[(address - heap.low) / HEADER] = BEGINS;
        if (word & USED) {
            memset(known + (address - heap.low) / HEADER + 1, USERS, size / HEADER - 1);
        }
        address += size;
    }
    known[(address - heap.low) / HEADER] = BEGINS;
    is_old = false;
    return true;
}

/* Before the user's code goes on: after a stray store the list would say what that has made of it. The allocator may be
 * in the middle of a change, where it calls others: then it is read later. */
static void on_users_block(unsigned cpu, void *unused)
{
    uint32_t wrong;
    (void)cpu;
    (void)unused;
    if (__builtin_expect(is_old && has_blocks, 0)) {
        read_list(&wrong);
    }
}

static void read_blocks(void)
{
    uint32_t wrong;
    if (!read_list(&wrong)) {
        char more[16];
        snprintf(more, sizeof more, " 0x%08" PRIx32, wrong);
        end_with("broken", more);
    }
}

/* The block that an address of the heap lies in, as it was when the list was read; the last one has no end. */
static struct range block_of(uint32_t where, bool *used)
{
    size_t halves = (heap.end - heap.low) / HEADER, first = (where - heap.low) / HEADER, end = first + 1;
    while (first > 0 && known[first] != BEGINS) {
        first--;
    }
    while (end < halves && known[end] != BEGINS) {
        end++;
    }
    *used = known[first + 1] == USERS;
    if (end == halves) {
        end = first + 1;
    }
    return (struct range){heap.low + (uint32_t)first * HEADER, heap.low + (uint32_t)end * HEADER};
}

/* ---- stores ---- */

static void stray(const char *kind, uint32_t address, uint32_t pc, struct range block)
{
    char more[96];
    snprintf(
        more, sizeof more, " %s 0x%08" PRIx32 " 0x%08" PRIx32 " %u 0x%08" PRIx32 " 0x%08" PRIx32, kind, address, pc,
        phase, block.low, block.end);
    end_with("stray", more);
}

static void stray_in_heap(uint32_t address, uint32_t pc)
{
    bool used;
    struct range block = block_of(address, &used);
    bool is_header = used || address - block.low < HEADER;
    block.low += HEADER;
    stray(is_header ? "header" : "free", address, pc, block);
}

/* One byte of a store. */
static void look_at(uint32_t address, uint32_t pc)
{
    if (holds(heap, address)) {
        if (is_old) {
            if (!has_blocks) {
                stray("nobody", address, pc, (struct range){0, 0});
            }
            read_blocks();
        }
        if (__builtin_expect(known[(address - heap.low) / HEADER] != USERS, 0)) {
            stray_in_heap(address, pc);
        }
    } else if (__builtin_expect(holds(owned.of[0], address), 1)) {
        return;
    } else if (among(&kept, address)) {
        stray("kept", address, pc, (struct range){0, 0});
    } else if (!among(&owned, address) && among(&memory, address)) {
        stray("nobody", address, pc, (struct range){0, 0});
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t where, void *pc)
{
    uint32_t address = (uint32_t)where, size = 1u << qemu_plugin_mem_size_shift(info);
    (void)cpu;
    if (!qemu_plugin_mem_is_store(info) || !phase) {
        return; /* start-up makes all static data, the allocator's too */
    }
    stores += holds(heap, address);
    look_at(address, (uint32_t)(uintptr_t)pc);
    if (__builtin_expect(size > 1 && (address + size - 1) / HEADER != address / HEADER, 0)) {
        look_at(address + size - 1, (uint32_t)(uintptr_t)pc);
    }
}

/* The allocator's own stores: what it does in the heap changes the list. */
static void on_own_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t where, void *pc)
{
    uint32_t address = (uint32_t)where;
    (void)cpu;
    if (!qemu_plugin_mem_is_store(info)) {
        return;
    }
    if (holds(heap, address)) {
        is_old = has_blocks = true;
    } else if (!among(&owned, address) && !among(&kept, address) && among(&memory, address)) {
        stray("nobody", address, (uint32_t)(uintptr_t)pc, (struct range){0, 0});
    }
}

static void on_mark(unsigned cpu, void *id)
{
    (void)cpu;
    phase = (unsigned)(uintptr_t)id;
}

static void on_block(unsigned cpu, void *instructions)
{
    (void)cpu;
    spent += (uintptr_t)instructions;
    if (__builtin_expect(spent > limit, 0)) {
        end_with("limit", "");
    }
}

/* ---- translation ---- */

/* QEMU has made its memory by now. */
static bool share(void)
{
    struct stat about;
    int descriptor = open(shared, O_RDONLY | O_CLOEXEC);
    void *place;
    if (descriptor < 0 || fstat(descriptor, &about) || (uint64_t)about.st_size < heap.end - base) {
        return false;
    }
    place = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
    close(descriptor);
    contents = place == MAP_FAILED ? NULL : place;
    known = calloc((heap.end - heap.low) / HEADER + 2, 1);
    return contents && known;
}

static void on_translated(struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    if (!contents && !share()) {
        fprintf(stderr, "wasmfit stores: QEMU does not share its memory\n");
        _exit(1);
    }
    enter_fence();
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        uint8_t buffer[INSN_BYTES];
        const uint8_t *bytes = interface_bytes(insn, buffer);
        struct instruction is = isa->decode(bytes, isa->size(bytes));
        for (size_t mark = 0; mark < number_of_marks; mark++) {
            if (marks[mark].address == pc) {
                qemu_plugin_register_vcpu_insn_exec_cb(
                    insn, on_mark, CB_NO_REGS, (void *)(uintptr_t)marks[mark].id);
            }
        }
        if (is.stores) {
            /* Asked for both always: QEMU 7.2 takes every access for a store when it is to tell only some. */
            qemu_plugin_register_vcpu_mem_cb(
                insn, among(&code, pc) ? on_own_access : on_access, CB_NO_REGS, MEM_BOTH, (void *)(uintptr_t)pc);
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, CB_NO_REGS, (void *)instructions);
    if (!among(&code, (uint32_t)qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)))) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, on_users_block, CB_NO_REGS, NULL);
    }
}

/* ---- start ---- */

static bool add_range(struct ranges *ranges, const char *text)
{
    return ranges->number < RANGES && read_range(text, &ranges->of[ranges->number++]);
}

static bool read_mark(const char *text)
{
    uint64_t mark[2];
    if (number_of_marks == MARKS || !numbers(text, 2, mark)) {
        return false;
    }
    marks[number_of_marks].address = (uint32_t)mark[0];
    marks[number_of_marks++].id = (unsigned)mark[1];
    return true;
}

static bool read_argument(const char *name, const char *value)
{
    bool good;
    if (read_common(name, value, &good)) {
        return good;
    }
    static const struct {
        const char *name;
        struct ranges *ranges;
    } lists[] = {{"owned", &owned}, {"kept", &kept}, {"code", &code}, {"memory", &memory}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (!strcmp(name, lists[i].name)) {
            return add_range(lists[i].ranges, value);
        }
    }
    if (!strcmp(name, "out")) {
        return open_record(value, &out);
    }
    if (!strcmp(name, "shared")) {
        shared = strdup(value);
        return shared != NULL;
    }
    if (!strcmp(name, "base")) {
        return numbers(value, 1, &base);
    }
    if (!strcmp(name, "heap")) {
        return read_range(value, &heap);
    }
    if (!strcmp(name, "mark")) {
        return read_mark(value);
    }
    return !strcmp(name, "limit") && numbers(value, 1, &limit);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    if (!read_arguments(argc, argv, "wasmfit stores", read_argument)) {
        return -1;
    }
    if (out < 0 || !isa || !shared || owned.number == 0 || base > heap.low || heap.end - heap.low < 4 * GRANULE) {
        fprintf(stderr, "wasmfit stores: out, isa, shared, base, heap and owned are needed\n");
        return -1;
    }
    write_line(out, "stores 1\n", 9);
    interface_register(id, on_translated, on_end);
    return 0;
}
