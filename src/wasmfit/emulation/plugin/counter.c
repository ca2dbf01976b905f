/* wasmfit's counting plugin for QEMU's TCG (plugin API version 1, as of QEMU 7.2).
 *
 * Counts every instruction that the emulated core starts, notes the count
 * whenever the program reaches a phase mark, and the lowest stack address
 * written between two marks. Ends the emulation at the first store that the
 * board's memory would not take, and when an instruction limit is reached.
 * Between marks it also counts kinds of instructions, accesses to flash, and
 * what a cache in front of the flash would not have had (classes.h). On request
 * it follows calls and says which function under which spent the instructions.
 *
 * Arguments (addresses in C notation):
 *   out=PATH        where the record goes
 *   isa=NAME        instruction set: thumb or riscv32; with another one, every access to memory is
 *                   looked at, and all instructions are of one kind
 *   mark=ADDR:ID    address of a mark's first instruction; may be repeated; ID below 8
 *   stack=LOW:TOP   the stack's reservation
 *   ram=LOW:END     the board's RAM
 *   flash=LOW:END   the board's flash
 *   memory=LOW:END  ordinary memory; may be repeated. A store there that is not in the board's
 *                   RAM is a stray one: the machine has more RAM than the board and lets it pass,
 *                   the board would fault
 *   cache=SIZE:LINE:WAYS  a cache for code in flash, in bytes; without one, every fetch is a miss
 *   shared=1        data in flash goes through the same cache
 *   dcache=SIZE:LINE:WAYS  a cache of its own for data in flash
 *   aligned=1       an access at an address that is no multiple of its size ends the emulation: the
 *                   board would fault, the machine lets it pass
 *   limit=N         instructions after which the emulation ends
 *   functions=PATH  ascending 32-bit addresses of all functions: asks for the profile
 *   profile=PATH    where the profile goes
 *
 * The record, one line each, every line one write(2), so that nothing is lost
 * when the emulator is killed:
 *   counter 2             the format; always first
 *   measures NAME...      the measures that follow, in this order
 *   since N...            measures since the mark before, of the line that follows; the first
 *                         MEASURED_LINES times
 *   mark ID COUNT LOWEST  COUNT instructions had been started before the mark's own first one;
 *                         LOWEST stack address written since the mark before (TOP: none was)
 *   full                  once, when MARK_LINES marks have been noted; later ones are not
 * and last, unless the emulator was killed or died:
 *   end COUNT LOWEST      it ended by itself, or was asked to
 *   limit COUNT LOWEST    it reached the limit
 *   stray ADDRESS PC COUNT LOWEST
 *                         the instruction at PC stored to ADDRESS
 *   unaligned ADDRESS PC COUNT LOWEST
 *                         the instruction at PC accessed ADDRESS, which is not aligned
 *
 * What counts as one instruction: each one that QEMU translates and starts. An
 * instruction of an IT block whose condition is false is started (a core spends
 * a cycle on it too); so is one that then faults. The count is kept inline, from
 * one instruction that can fault to the next, so a block that an exception
 * leaves early is counted up to the instruction that was left, and a mark inside
 * a block counts what came before it only. Measures are kept by the block: of a
 * block that was left early they hold all, but then the run has failed.
 *
 * The profile, when the program has ended: a tree of calls, its root first.
 *   node NUMBER PARENT FUNCTION N0 ... N7
 *                         a function (its place among `functions`; -1: none of them) called from the
 *                         parent's; instructions in it alone, by the phase's ID (0: before any mark)
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

#include "cache.h"
#include "classes.h"
#include "riscv32.h"
#include "thumb.h"

/* ---- QEMU's plugin API, as far as used (Debian ships no header) ---- */

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

enum { CB_NO_REGS = 0 };
enum { MEM_BOTH = 3 };
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
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t);

EXPORT int qemu_plugin_version = 1;

/* ---- what is known of the image and the board ---- */

#define MARKS 16
#define MEMORIES 8
#define PHASES 8
#define MARK_LINES 100000
#define MEASURED_LINES 4096

struct range {
    uint32_t low, end;
};

struct mark {
    uint32_t address;
    unsigned id;
};

static struct mark marks[MARKS];
static size_t number_of_marks;
static struct range stack, ram, flash, memories[MEMORIES];
static size_t number_of_memories;
static uint64_t limit = UINT64_MAX;
static struct instruction (*decode)(const uint8_t *bytes, size_t size);
static int out = -1;

static bool holds(struct range range, uint32_t address)
{
    return address - range.low < range.end - range.low;
}

/* ---- what is counted ---- */

/* One translated block: straight code. It lives until the end. */
struct block {
    uint64_t executed;          /* times that it was entered */
    uint64_t jumped;            /* times that what followed was elsewhere */
    uint32_t start, end;        /* addresses: its first instruction, and the first behind it */
    uint32_t instructions;
    uint32_t line, last_line;   /* of the cache, see cache_has(); none if line > last_line */
    const struct mark *mark;    /* that its first instruction is */
    int32_t function;           /* see profile */
    bool calls, conditional;    /* how it ends */
    uint8_t kinds;              /* how many are below */
    uint64_t measured, measured_jumps; /* both counters at the last mark */
    struct {
        uint16_t measure, number;
    } of[NUMBER_OF_MEASURES];   /* what one passage counts; only `kinds` of them are there */
};

static struct block **blocks;
static size_t number_of_blocks, room_for_blocks;

static uint64_t executed;
static uint64_t dynamic[NUMBER_OF_MEASURES]; /* since the last mark: what a block does not know of itself */
static struct cache code_cache, own_data_cache, *data_cache;
static bool has_code_cache, must_be_aligned;
static unsigned mark_lines, phase;
static struct block none, *current = &none; /* the block that runs */

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

/* Writes what has been measured since the last mark, and starts anew. */
static void record_measures(void)
{
    char line[24 * (NUMBER_OF_MEASURES + 1)];
    int length = snprintf(line, sizeof line, "since");
    if (mark_lines >= MEASURED_LINES) {
        return;
    }
    for (size_t i = 0; i < number_of_blocks; i++) {
        struct block *block = blocks[i];
        uint64_t times = block->executed - block->measured;
        uint64_t jumps = block->jumped - block->measured_jumps;
        for (size_t k = 0; times && k < block->kinds; k++) {
            dynamic[block->of[k].measure] += times * block->of[k].number;
        }
        dynamic[JUMPS] += jumps;
        dynamic[CONDITIONAL_TAKEN] += block->conditional ? jumps : 0;
        block->measured = block->executed;
        block->measured_jumps = block->jumped;
    }
    for (size_t i = 0; i < NUMBER_OF_MEASURES; i++) {
        length += snprintf(line + length, sizeof line - (size_t)length, " %" PRIu64, dynamic[i]);
        dynamic[i] = 0;
    }
    line[length++] = '\n';
    record(line, length);
}

static void write_profile(void);

/* The same, as the last line. What the program has printed has been written by
 * now, and nothing of the emulator's own needs tidying up. */
static void record_end(const char *word)
{
    record_measures();
    record_state(word);
    write_profile();
    _exit(0);
}

/* ---- while the program runs ---- */

static void at_mark(const struct mark *mark)
{
    char word[24];
    if (mark_lines < MARK_LINES) {
        record_measures();
        snprintf(word, sizeof word, "mark %u", mark->id);
        record_state(word);
    } else if (mark_lines == MARK_LINES) {
        record("full\n", 5);
    } else {
        return;
    }
    mark_lines++;
    phase = mark->id % PHASES;
    set_lowest(stack.end);
}

/* One line of code or data, through a cache. */
static inline void look_up(struct cache *cache, uint32_t line, enum measure misses, enum measure runs)
{
    if (!cache_has(cache, line)) {
        dynamic[misses]++;
        dynamic[runs] += line == cache->last_missed + 1;
        cache->last_missed = line;
    }
}

static inline void enter(struct block *block)
{
    current->jumped += block->start != current->end;
    current = block;
    if (__builtin_expect(block->mark != NULL, 0)) {
        at_mark(block->mark);
    }
    if (__builtin_expect(executed + block->instructions > limit, 0)) {
        record_end("limit");
    }
    block->executed++;
    for (uint32_t line = block->line; line <= block->last_line; line++) {
        look_up(&code_cache, line, FETCH_MISSES, FETCH_RUNS);
    }
}

static void on_block(unsigned cpu, void *data)
{
    (void)cpu;
    enter(data);
}

/* A mark that is not the first of its block. */
static void on_mark(unsigned cpu, void *data)
{
    (void)cpu;
    at_mark(data);
}

/* Ends the emulation at an access that the board would not have made. */
static void end_at(const char *what, uint32_t address, uint32_t pc)
{
    char word[48];
    snprintf(word, sizeof word, "%s 0x%08" PRIx32 " 0x%08" PRIx32, what, address, pc);
    record_end(word);
}

static void look_at_store(uint32_t address, uint32_t pc)
{
    if (address < lowest && holds(stack, address)) {
        set_lowest(address);
        return;
    }
    if (holds(ram, address)) {
        return;
    }
    for (size_t i = 0; i < number_of_memories; i++) {
        if (holds(memories[i], address)) {
            end_at("stray", address, pc);
        }
    }
}

static void look_at_load(uint32_t address, qemu_plugin_meminfo_t info)
{
    /* Flash is read by the word: eight bytes are two. */
    unsigned words = qemu_plugin_mem_size_shift(info) > 2 ? 2 : 1;
    dynamic[READS] += words;
    if (data_cache) {
        look_up(data_cache, (address >> data_cache->shift) + 1, READ_MISSES, READ_RUNS);
    } else {
        static uint32_t last;
        dynamic[READ_MISSES] += words;
        dynamic[READ_RUNS] += address == last + 4;
        last = address;
    }
}

static void on_store(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)info;
    if ((uint32_t)address - lowest >= span) {
        look_at_store((uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
}

static void on_load(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)pc;
    if (holds(flash, (uint32_t)address)) {
        look_at_load((uint32_t)address, info);
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    if (qemu_plugin_mem_is_store(info)) {
        on_store(cpu, info, address, pc);
    } else {
        on_load(cpu, info, address, pc);
    }
}

/* For a core that accesses nothing that is not aligned. */
static void on_aligned_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    if (address & ((1u << qemu_plugin_mem_size_shift(info)) - 1)) {
        end_at("unaligned", (uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
    on_access(cpu, info, address, pc);
}

/* ---- the profile ---- */

#define DEPTH 8192
#define NODES 400000
#define LOOK_BACK 64

struct node {
    int32_t function, parent;
    int32_t child, next;       /* the first called from it; the next called from the same */
    uint64_t spent[PHASES];
};

static uint32_t *functions;
static size_t number_of_functions;
static const char *profile_path;
static struct node *nodes;
static int32_t number_of_nodes, node; /* node: where the program is */
static struct {
    uint32_t back;             /* where the call returns to */
    int32_t node;              /* the caller */
} calls[DEPTH];
static size_t depth;

static int32_t function_at(uint32_t address)
{
    size_t low = 0, high = number_of_functions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (functions[middle] <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (int32_t)low - 1;
}

static int32_t called(int32_t parent, int32_t function)
{
    int32_t *link = &nodes[parent].child, found;
    while ((found = *link) >= 0) {
        if (nodes[found].function == function) {
            /* To the front: what was called last is called next. */
            *link = nodes[found].next;
            nodes[found].next = nodes[parent].child;
            nodes[parent].child = found;
            return found;
        }
        link = &nodes[found].next;
    }
    if (number_of_nodes == NODES) {
        return parent;
    }
    found = number_of_nodes++;
    nodes[found] = (struct node){.function = function, .parent = parent, .child = -1, .next = nodes[parent].child};
    nodes[parent].child = found;
    return found;
}

/* Follows the program into a block that was jumped to. */
static void follow(const struct block *from, const struct block *block)
{
    if (from->calls) {
        if (depth < DEPTH) {
            calls[depth].back = from->end;
            calls[depth++].node = node;
            node = called(node, block->function);
        }
        return;
    }
    for (size_t back = depth; back > 0 && depth - back < LOOK_BACK; back--) {
        if (calls[back - 1].back == block->start) {
            depth = back - 1;
            node = calls[depth].node;
            return;
        }
    }
    if (block->function != nodes[node].function) {
        /* A call in the last place: its caller is the caller's caller. */
        node = called(nodes[node].parent >= 0 ? nodes[node].parent : 0, block->function);
    }
}

static void on_profiled_block(unsigned cpu, void *data)
{
    struct block *block = data;
    (void)cpu;
    if (block->start != current->end || block->function != current->function) {
        follow(current, block);
    }
    enter(block);
    nodes[node].spent[phase] += block->instructions;
}

static void write_profile(void)
{
    FILE *file = profile_path ? fopen(profile_path, "w") : NULL;
    if (!file) {
        return;
    }
    for (int32_t i = 0; i < number_of_nodes; i++) {
        fprintf(file, "node %d %d %d", i, nodes[i].parent, nodes[i].function);
        for (size_t k = 0; k < PHASES; k++) {
            fprintf(file, " %" PRIu64, nodes[i].spent[k]);
        }
        fputc('\n', file);
    }
    fclose(file);
}

/* ---- while blocks are translated ---- */

static const struct mark *mark_at(uint32_t address)
{
    for (size_t i = 0; i < number_of_marks; i++) {
        if (marks[i].address == address) {
            return &marks[i];
        }
    }
    return NULL;
}

static void *must(void *memory)
{
    if (!memory) {
        abort();
    }
    return memory;
}

/* A block that counts `counted` on each passage. */
static struct block *new_block(const unsigned counted[NUMBER_OF_MEASURES])
{
    struct block *block;
    size_t kinds = 0;
    for (size_t i = 0; i < NUMBER_OF_MEASURES; i++) {
        kinds += counted[i] != 0;
    }
    block = must(calloc(1, offsetof(struct block, of) + kinds * sizeof block->of[0]));
    for (size_t i = 0; i < NUMBER_OF_MEASURES; i++) {
        if (counted[i]) {
            block->of[block->kinds].measure = (uint16_t)i;
            block->of[block->kinds++].number = (uint16_t)counted[i];
        }
    }
    if (number_of_blocks == room_for_blocks) {
        room_for_blocks = room_for_blocks ? 2 * room_for_blocks : 4096;
        blocks = must(realloc(blocks, room_for_blocks * sizeof *blocks));
    }
    blocks[number_of_blocks++] = block;
    return block;
}

/* Adds an instruction at an address to what its block counts. */
static void count_in(
    unsigned counted[NUMBER_OF_MEASURES], const struct instruction *before, const struct instruction *is,
    uint32_t pc, size_t size)
{
    counted[is->kind]++;
    counted[LOAD_MULTIPLE_WORDS] += is->kind == LOAD_MULTIPLE ? is->words : 0;
    counted[STORE_MULTIPLE_WORDS] += is->kind == STORE_MULTIPLE ? is->words : 0;
    counted[LOAD_PC] += is->jumps;
    counted[LOAD_USE] += before->loaded >= 0 && is->reads >> before->loaded & 1;
    counted[LOAD_PAIR] += is->kind == LOAD && (before->kind == LOAD || before->kind == STORE);
    counted[WIDE] += size == 4;
    counted[WIDE_ASTRIDE] += size == 4 && pc & 2;
}

static void watch_memory(struct qemu_plugin_insn *insn, const struct instruction *is, uint32_t pc)
{
    bool both = !decode || (is->loads && is->stores);
    memory_cb look = must_be_aligned ? on_aligned_access : both ? on_access : is->stores ? on_store : on_load;
    if (both || is->loads || is->stores) {
        /* Asked for both always: QEMU 7.2 takes every access for a store when it is to tell only some. */
        qemu_plugin_register_vcpu_mem_cb(insn, look, CB_NO_REGS, MEM_BOTH, (void *)(uintptr_t)pc);
    }
}

/* Whether an exception can leave the block behind this instruction. */
static bool can_fault(const struct instruction *is)
{
    return !decode || is->loads || is->stores || is->kind == DIVIDE || is->kind == SYSTEM;
}

static void on_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    unsigned counted[NUMBER_OF_MEASURES] = {0};
    struct instruction is = {.kind = ALU, .loaded = -1};
    struct qemu_plugin_insn *begun = NULL; /* from where on instructions are not yet counted */
    uint64_t uncounted = 0;
    uint32_t start = 0, end = 0;
    struct block *block;
    (void)id;
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        size_t size = qemu_plugin_insn_size(insn);
        struct instruction before = is;
        const struct mark *mark = i ? mark_at(pc) : NULL;
        if (decode) {
            is = decode(qemu_plugin_insn_data(insn), size);
        }
        count_in(counted, &before, &is, pc, size);
        if (mark) {
            /* Called before the inline addition of the same instruction. */
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, CB_NO_REGS, (void *)(uintptr_t)mark);
        }
        if (begun && mark) {
            qemu_plugin_register_vcpu_insn_exec_inline(begun, INLINE_ADD_U64, &executed, uncounted);
            begun = NULL;
        }
        if (!begun) {
            begun = insn;
            uncounted = 0;
        }
        uncounted++;
        if (can_fault(&is) || i + 1 == instructions) {
            qemu_plugin_register_vcpu_insn_exec_inline(begun, INLINE_ADD_U64, &executed, uncounted);
            begun = NULL;
        }
        watch_memory(insn, &is, pc);
        start = i ? start : pc;
        end = pc + (uint32_t)size;
    }
    if (holds(flash, start)) {
        unsigned shift = has_code_cache ? code_cache.shift : 2;
        uint32_t lines = ((end - 1) >> shift) - (start >> shift) + 1;
        counted[FETCHES] = lines;
        counted[FETCH_MISSES] = has_code_cache ? 0 : lines;
    }
    block = new_block(counted);
    block->instructions = (uint32_t)instructions;
    block->start = start;
    block->end = end;
    block->line = 1;
    if (holds(flash, start) && has_code_cache) {
        block->line = (start >> code_cache.shift) + 1;
        block->last_line = ((end - 1) >> code_cache.shift) + 1;
    }
    block->mark = mark_at(start);
    block->calls = is.links;
    block->conditional = is.kind == CONDITIONAL;
    block->function = function_at(start);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, functions ? on_profiled_block : on_block, CB_NO_REGS, block);
}

static void on_end(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    record_measures();
    record_state("end");
    write_profile();
}

/* ---- start ---- */

/* Reads as many numbers as there are places for, with colons between them. */
static bool numbers(const char *text, size_t count, uint64_t *place)
{
    for (size_t i = 0; i < count; i++) {
        char *rest;
        place[i] = strtoull(text, &rest, 0);
        if (rest == text || *rest != (i + 1 < count ? ':' : 0)) {
            return false;
        }
        text = rest + 1;
    }
    return true;
}

static bool read_range(const char *text, struct range *range)
{
    uint64_t ends[2];
    if (!numbers(text, 2, ends) || ends[0] >= ends[1] || ends[1] > UINT32_MAX) {
        return false;
    }
    *range = (struct range){(uint32_t)ends[0], (uint32_t)ends[1]};
    return true;
}

static bool read_mark(const char *text)
{
    uint64_t mark[2];
    if (number_of_marks == MARKS || !numbers(text, 2, mark) || mark[1] >= PHASES) {
        return false;
    }
    marks[number_of_marks++] = (struct mark){(uint32_t)mark[0], (unsigned)mark[1]};
    return true;
}

static bool read_cache(const char *text, struct cache *cache)
{
    uint64_t geometry[3];
    return numbers(text, 3, geometry) && cache_make(cache, geometry[0], geometry[1], geometry[2]);
}

static bool read_functions(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
    if (size <= 0) {
        return false;
    }
    rewind(file);
    functions = must(malloc((size_t)size));
    number_of_functions = fread(functions, sizeof *functions, (size_t)size / sizeof *functions, file);
    fclose(file);
    nodes = must(malloc(NODES * sizeof *nodes));
    nodes[0] = (struct node){.function = -1, .parent = -1, .child = -1, .next = -1};
    number_of_nodes = 1;
    return true;
}

static bool read_argument(const char *name, const char *value)
{
    if (!strcmp(name, "out")) {
        out = open(value, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
        return out >= 0;
    }
    if (!strcmp(name, "isa")) {
        decode = !strcmp(value, "thumb") ? thumb : !strcmp(value, "riscv32") ? riscv32 : NULL;
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
    if (!strcmp(name, "flash")) {
        return read_range(value, &flash);
    }
    if (!strcmp(name, "memory")) {
        return number_of_memories < MEMORIES && read_range(value, &memories[number_of_memories++]);
    }
    if (!strcmp(name, "cache")) {
        has_code_cache = read_cache(value, &code_cache);
        return has_code_cache;
    }
    if (!strcmp(name, "dcache")) {
        data_cache = &own_data_cache;
        return read_cache(value, data_cache);
    }
    if (!strcmp(name, "shared")) {
        data_cache = &code_cache;
        return has_code_cache;
    }
    if (!strcmp(name, "aligned")) {
        must_be_aligned = !strcmp(value, "1");
        return must_be_aligned;
    }
    if (!strcmp(name, "functions")) {
        return read_functions(value);
    }
    if (!strcmp(name, "profile")) {
        profile_path = strdup(value);
        return profile_path != NULL;
    }
    return !strcmp(name, "limit") && numbers(value, 1, &limit);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
#define X(name, text) " " text
    static const char start[] = "counter 2\nmeasures" MEASURES(X) "\n";
#undef X
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
    record(start, sizeof start - 1);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
