/* While blocks are translated: what one passage through each counts. */
#include <stdlib.h>

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
    /* Loads are looked at for accesses to flash, and for those that are not aligned. */
    bool loads = is->loads && (flash.end || must_be_aligned);
    bool both = !decode || (loads && is->stores);
    memory_cb look = must_be_aligned ? on_aligned_access : both ? on_access : is->stores ? on_store : on_load;
    if (both || loads || is->stores) {
        /* Asked for both always: QEMU 7.2 takes every access for a store when it is to tell only some. */
        qemu_plugin_register_vcpu_mem_cb(insn, look, CB_NO_REGS, MEM_BOTH, (void *)(uintptr_t)pc);
    }
}

/* Whether an exception can leave the block behind this instruction. */
static bool can_fault(const struct instruction *is)
{
    return !decode || is->loads || is->stores || is->kind == DIVIDE || is->kind == SYSTEM;
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

static struct block *block_of(struct straight *code)
{
    unsigned shift = has_code_cache ? code_cache.shift : 2;
    bool in_flash = holds(flash, code->start);
    uint32_t first = code->start >> shift, last = (code->end - 1) >> shift;
    struct block *block;
    if (in_flash) {
        code->counted[FETCHES] = last - first + 1;
        code->counted[FETCH_MISSES] = has_code_cache ? 0 : last - first + 1;
    }
    block = new_block(code->counted);
    block->start = code->start;
    block->end = code->end;
    block->line = 1;
    if (in_flash && has_code_cache) {
        block->line = first + 1;
        block->last_line = last + 1;
    }
    block->mark = mark_at(code->start);
    block->function = function_at(code->start);
    block->calls = code->is.links;
    block->conditional = code->is.kind == CONDITIONAL;
    block->backward = code->is.backward;
    block->pairs = code->took_along && !code->flags_first;
    block->pairs_untaken = code->took_along;
    block->astride = code->first_size == 4 && code->start & 2;
    return block;
}

void on_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t instructions = qemu_plugin_tb_n_insns(tb);
    struct straight code = {.is = {.kind = ALU, .loaded = -1}};
    struct qemu_plugin_insn *begun = NULL; /* from where on instructions are not yet counted */
    uint64_t uncounted = 0;
    struct block *block;
    (void)id;
    for (size_t i = 0; i < instructions; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        size_t size = qemu_plugin_insn_size(insn);
        struct instruction is = {.kind = ALU, .loaded = -1};
        const struct mark *mark = i ? mark_at(pc) : NULL;
        if (decode) {
            is = decode(qemu_plugin_insn_data(insn), size);
        }
        add_instruction(&code, &is, pc, size);
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
    }
    block = block_of(&code);
    block->instructions = (uint32_t)instructions;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, functions ? on_profiled_block : on_block, CB_NO_REGS, block);
}
