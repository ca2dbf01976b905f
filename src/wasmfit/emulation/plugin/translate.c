/* While blocks are translated: what one passage through each counts. */
#include <stdlib.h>
#include <string.h>

#include "qemu.h"
#include "state.h"

static size_t room_for_blocks;

static const struct mark *mark_at(uint32_t address)
{
    for (size_t i = 0; i < number_of_marks; i++) {
        if (marks[i].address == address) {
            return &marks[i];
        }
    }
    return NULL;
}

void *must(void *memory)
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
            block->of[block->kinds].measure = (int16_t)i;
            block->of[block->kinds++].number = (int16_t)counted[i];
        }
    }
    if (number_of_blocks == room_for_blocks) {
        room_for_blocks = room_for_blocks ? 2 * room_for_blocks : 4096;
        blocks = must(realloc(blocks, room_for_blocks * sizeof *blocks));
    }
    blocks[number_of_blocks++] = block;
    return block;
}

/* Adds what an instruction is behind the one before it to what its block counts. */
static void count_pair(
    unsigned counted[NUMBER_OF_MEASURES], const struct instruction *before, const struct instruction *is,
    unsigned astride)
{
    uint64_t loaded = before->loaded >= 0 ? 1ull << before->loaded : 0;
    bool behind_load = before->kind == LOAD, needs_it = is->address & loaded;
    counted[LOAD_USE] += (is->reads & loaded) != 0;
    counted[LOAD_ADDRESS] += needs_it;
    counted[LOAD_PAIR] += is->kind == LOAD && behind_load && !needs_it;
    counted[LOAD_PAIR_ASTRIDE] += is->kind == LOAD && behind_load && !needs_it && astride;
    counted[ASTRIDE_THIRD] += astride && astride % 3 == 0;
    counted[LOAD_BEHIND_STORE] += is->kind == LOAD && before->kind == STORE;
    counted[STORE_BEHIND_LOAD] += is->kind == STORE && behind_load && !needs_it;
    counted[ADDRESS_USE] += (is->address & before->makes) != 0;
    counted[LATE_USE] += before->late && is->reads & before->makes;
}

/* Adds an instruction at an address to what its block counts. */
static void count_in(
    unsigned counted[NUMBER_OF_MEASURES], const struct instruction *is, uint32_t pc, size_t size)
{
    counted[is->kind]++;
    counted[LOAD_MULTIPLE_WORDS] += is->kind == LOAD_MULTIPLE ? is->words : 0;
    counted[STORE_MULTIPLE_WORDS] += is->kind == STORE_MULTIPLE ? is->words : 0;
    counted[LOAD_PC] += is->jumps;
    counted[STORE_INDEXED] += is->kind == STORE && is->indexed;
    counted[JUMP_TABLE] += is->table;
    counted[WIDE] += size == 4;
    counted[WIDE_ASTRIDE] += size == 4 && pc & 2;
}

static void watch_memory(struct qemu_plugin_insn *insn, const struct instruction *is, uint32_t pc)
{
    /* Loads are looked at for accesses to flash alone, and for their addresses where the core minds. */
    bool loads = is->loads && (flash.end || must_be_aligned);
    bool both = !isa || (loads && is->stores);
    memory_cb look = must_be_aligned ? on_aligned_access : both ? on_access : is->stores ? on_store : on_load;
    if (both || loads || is->stores) {
        /* Asked for both always: QEMU 7.2 takes every access for a store when it is to tell only some. */
        qemu_plugin_register_vcpu_mem_cb(insn, look, CB_NO_REGS, MEM_BOTH, (void *)(uintptr_t)pc);
    }
}

/* Whether an exception can leave the block behind this instruction. */
static bool can_fault(const struct instruction *is)
{
    return !isa || is->loads || is->stores || is->kind == DIVIDE || is->kind == SYSTEM;
}

/* What is known of the instructions of a block so far. */
struct straight {
    unsigned counted[NUMBER_OF_MEASURES];
    uint32_t start, end;          /* addresses, as a block's */
    size_t first_size, size;      /* bytes of the first and the last instruction */
    struct instruction is;        /* the last one */
    unsigned astride;             /* how many in a row are of four bytes across a boundary of four */
    bool took_along;              /* it goes along with the one before it */
    bool flags_first;             /* what it tests is made by that one */
};

/* Whether a core that issues two at once can take this one along with the one before. */
static bool goes_along(const struct straight *so_far, const struct instruction *is, size_t size)
{
    return is->goes_along && size == 2 && so_far->size == 2 && !so_far->took_along;
}

static void add_instruction(struct straight *so_far, const struct instruction *is, uint32_t pc, size_t size)
{
    const struct instruction *before = &so_far->is;
    bool along = goes_along(so_far, is, size);
    uint64_t made = before->makes | (before->loaded >= 0 ? 1ull << before->loaded : 0);
    so_far->astride = size == 4 && pc & 2 ? so_far->astride + 1 : 0;
    count_pair(so_far->counted, before, is, so_far->astride);
    count_in(so_far->counted, is, pc, size);
    /* A conditional branch ends its block, and is counted by how it was left. */
    so_far->counted[PAIRED] += along && is->kind != CONDITIONAL;
    so_far->flags_first = is->reads ? (is->reads & made) != 0 : before->flags;
    so_far->took_along = along;
    if (so_far->end == so_far->start) {
        so_far->start = pc;
        so_far->first_size = size;
    }
    so_far->end = pc + (uint32_t)size;
    so_far->size = size;
    so_far->is = *is;
}

/* Adds the lines of flash that straight code enters. */
static void count_fetches(struct straight *code)
{
    unsigned shift = has_code_cache ? code_cache.shift : 2;
    if (holds(flash, code->start)) {
        unsigned lines = ((code->end - 1) >> shift) - (code->start >> shift) + 1;
        code->counted[FETCHES] = lines;
        code->counted[FETCH_MISSES] = has_code_cache ? 0 : lines;
    }
}

static bool can_jump(const struct instruction *is)
{
    return is->jumps || is->kind == BRANCH || is->kind == CONDITIONAL || is->kind == CALL || is->kind == INDIRECT;
}

/* A block that counts what straight code does on each passage. */
static struct block *block_of(const struct straight *code, uint32_t instructions)
{
    struct block *block = new_block(code->counted);
    block->instructions = instructions;
    block->start = code->start;
    block->end = code->end;
    block->line = 1;
    if (has_code_cache && holds(flash, code->start)) {
        block->line = (code->start >> code_cache.shift) + 1;
        block->set = &code_cache.lines[(block->line & code_cache.mask) * code_cache.ways];
        block->last_line = ((code->end - 1) >> code_cache.shift) + 1;
    }
    block->mark = mark_at(code->start);
    block->function = function_at(code->start);
    block->calls = code->is.links;
    block->conditional = code->is.kind == CONDITIONAL;
    block->backward = code->is.backward;
    block->runs_on = isa && !can_jump(&code->is);
    block->pairs = code->took_along && !code->flags_first;
    block->pairs_untaken = code->took_along;
    block->astride = code->first_size == 4 && code->start & 2;
    return block;
}

static const struct straight empty = {.is = {.kind = ALU, .loaded = -1}};

/* Adds the first instructions of a block that has been translated. */
static void add_block(struct straight *so_far, const struct block *block, uint32_t instructions)
{
    for (uint32_t i = 0, at = 0; i < instructions; i++) {
        size_t size = isa->size(block->code + at);
        struct instruction is = isa->decode(block->code + at, size);
        add_instruction(so_far, &is, block->start + at, size);
        at += (uint32_t)size;
    }
}

/* The first instructions of a block that was left before its end, as a block of their own. */
struct block *beginning_of(struct block *block, uint32_t instructions)
{
    struct straight code = empty;
    struct block *beginning;
    for (beginning = block->beginnings; beginning; beginning = beginning->next) {
        if (beginning->instructions == instructions) {
            return beginning;
        }
    }
    add_block(&code, block, instructions);
    count_fetches(&code);
    beginning = block_of(&code, instructions);
    beginning->code = block->code;
    beginning->next = block->beginnings;
    block->beginnings = beginning;
    return beginning;
}

/* What two blocks of straight code count more, or less, as one: a pair across the seam, a line that both are in. */
struct block *seam_of(const struct block *before, struct block *block)
{
    struct straight first = empty, second = empty, both = empty;
    struct block *seam;
    for (seam = block->seams; seam; seam = seam->next) {
        if (seam->before == before) {
            return seam;
        }
    }
    add_block(&first, before, before->instructions);
    add_block(&second, block, block->instructions);
    add_block(&both, before, before->instructions);
    add_block(&both, block, block->instructions);
    count_fetches(&first);
    count_fetches(&second);
    count_fetches(&both);
    for (size_t i = 0; i < NUMBER_OF_MEASURES; i++) {
        both.counted[i] -= first.counted[i] + second.counted[i];
    }
    seam = new_block(both.counted);
    seam->before = before;
    seam->next = block->seams;
    block->seams = seam;
    return seam;
}

void on_translated(struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    struct straight code = empty;
    struct qemu_plugin_insn *begun = NULL; /* from where on instructions are not yet counted */
    uint64_t uncounted = 0;
    uint8_t *bytes_of_block = isa ? must(malloc(4 * instructions)) : NULL;
    size_t length = 0;
    struct block *block;
    executed = interface_counter();
    record_fence();
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        size_t size = qemu_plugin_insn_size(insn);
        struct instruction is = {.kind = ALU, .loaded = -1};
        uint8_t bytes[INSN_BYTES];
        const struct mark *mark = i ? mark_at(pc) : NULL;
        if (isa) {
            const uint8_t *here = interface_bytes(insn, bytes);
            size = isa->size(here);
            is = isa->decode(here, size);
            memcpy(bytes_of_block + length, here, size);
            length += size;
        }
        add_instruction(&code, &is, pc, size);
        if (mark) {
            /* Called before the addition of the same instruction. */
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, CB_NO_REGS, (void *)(uintptr_t)mark);
        }
        if (begun && mark) {
            interface_add(begun, uncounted);
            begun = NULL;
        }
        if (!begun) {
            begun = insn;
            uncounted = 0;
        }
        uncounted++;
        if (can_fault(&is) || i + 1 == instructions) {
            interface_add(begun, uncounted);
            begun = NULL;
        }
        watch_memory(insn, &is, pc);
        if (is.kind == DIVIDE && interface_reads_registers()) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_division, CB_READS_REGS, operands_of(&is));
        }
    }
    count_fetches(&code);
    block = block_of(&code, (uint32_t)instructions);
    block->code = bytes_of_block;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, functions ? on_profiled_block : on_block, CB_NO_REGS, block);
}
