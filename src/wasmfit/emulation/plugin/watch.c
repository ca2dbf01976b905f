/* While the program runs: blocks, loads and stores as they come. Everything here is hot. */
#include <inttypes.h>
#include <stdio.h>

#include "qemu.h"
#include "state.h"

struct block **blocks;
size_t number_of_blocks;
static uint64_t nothing; /* has been executed until the first block is translated */
uint64_t *executed = &nothing, dynamic[NUMBER_OF_MEASURES];
unsigned phase;
uint32_t lowest, span;

static struct block none, *current = &none; /* the block that runs */
static uint64_t expected; /* instructions started when all of it has been */

struct block *block_before(void)
{
    return current;
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

/* A block is left early by an exception. Later versions of QEMU than 7.2 also leave one at an access to a device,
 * execute that one instruction again without telling us, and go on with a new block after it. */
uint32_t settle(void)
{
    uint32_t rest = (uint32_t)(expected - *executed);
    if (rest && rest <= current->instructions && current->code) {
        current->executed--;
        expected = *executed;
        if (rest < current->instructions) {
            current = beginning_of(current, current->instructions - rest);
            current->executed++;
        }
    }
    return rest;
}

/* What is not so on most passages: a mark, the limit, a block that was left early, a seam. */
static __attribute__((cold, noinline)) void unusual(struct block *block)
{
    const struct block *before;
    uint32_t line = block->line;
    bool jumped;
    if (*executed != expected) {
        settle();
    }
    before = current;
    jumped = block->start != before->end;
    current->jumped += jumped;
    block->landed += jumped;
    current = block;
    if (block->mark) {
        /* The way to a mark belongs to what was before it. */
        record_mark(block->mark);
    }
    expected = *executed + block->instructions;
    if (expected > limit) {
        expected = *executed;
        record_end("limit");
    }
    block->executed++;
    if (before->runs_on && !jumped) {
        seam_of(before, block)->executed++;
        line += line == before->last_line;
    }
    for (; line <= block->last_line; line++) {
        look_up(&code_cache, line, FETCH_MISSES, FETCH_RUNS);
    }
}

/* The usual passage. Where all is as expected, nothing is called. */
static inline void passage(struct block *block)
{
    struct block *before = current;
    uint64_t started = *executed, end = started + block->instructions;
    if (__builtin_expect((started != expected) | (end > limit) | before->runs_on | (block->mark != NULL), 0)) {
        unusual(block);
        return;
    }
    const uint32_t *set = block->set;
    bool jumped = block->start != before->end;
    before->jumped += jumped;
    block->landed += jumped;
    current = block;
    block->executed++;
    expected = end;
    for (uint32_t line = block->line; line <= block->last_line; line++) {
        /* Nothing changes where the line was the last one used of its set. */
        if (__builtin_expect(*set != line, 0)) {
            look_up(&code_cache, line, FETCH_MISSES, FETCH_RUNS);
        }
        set += code_cache.ways;
    }
}

void enter(struct block *block)
{
    passage(block);
}

void on_block(unsigned cpu, void *data)
{
    (void)cpu;
    passage(data);
}

void on_mark(unsigned cpu, void *data)
{
    (void)cpu;
    record_mark(data);
}

/* The registers of a division's operands, in the place of a pointer. */
void *operands_of(const struct instruction *is)
{
    return (void *)(uintptr_t)(is->dividend | (unsigned)is->divisor << 8 | (unsigned)is->has_sign << 16);
}

/* Bits that a number takes, without its sign. */
static inline unsigned bits_of(uint32_t value, bool has_sign)
{
    if (has_sign && value >> 31) {
        value = -value;
    }
    return value ? 32 - (unsigned)__builtin_clz(value) : 0;
}

/* Cores whose divisions end early take as long as their operands ask for. */
void on_division(unsigned cpu, void *operands)
{
    static struct qemu_plugin_register *known[32];
    unsigned is = (unsigned)(uintptr_t)operands, dividend = is & 31, divisor = is >> 8 & 31;
    uint32_t first, second;
    (void)cpu;
    if (!interface_read_register(isa->registers[dividend], &known[dividend], &first)
        || !interface_read_register(isa->registers[divisor], &known[divisor], &second)) {
        return;
    }
    unsigned above = bits_of(first, is >> 16), below = bits_of(second, is >> 16);
    dynamic[DIVIDE_READ]++;
    if (!above || !below) {
        dynamic[DIVIDE_ZERO]++;
    } else if (above < below) {
        dynamic[DIVIDE_SHORT]++;
    } else {
        dynamic[DIVIDE_FOURS] += (above - below) / 4;
    }
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

/* Whether an access is one of eight bytes. LDRD and STRD are two accesses in QEMU 7.2, and may be one of eight bytes in later
 * ones: such a one is looked at word by word, as memory sees it. */
static inline bool has_two_words(qemu_plugin_meminfo_t info)
{
    return qemu_plugin_mem_size_shift(info) > 2;
}

static void look_at_load(uint32_t address)
{
    dynamic[READS]++;
    if (data_cache) {
        look_up(data_cache, (address >> data_cache->shift) + 1, READ_MISSES, READ_RUNS);
    } else {
        static uint32_t last;
        dynamic[READ_MISSES]++;
        dynamic[READ_RUNS] += address == last + 4;
        last = address;
    }
}

void on_store(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    if ((uint32_t)address - lowest >= span) {
        look_at_store((uint32_t)address, (uint32_t)(uintptr_t)pc);
        if (has_two_words(info)) {
            look_at_store((uint32_t)address + 4, (uint32_t)(uintptr_t)pc);
        }
    }
}

void on_load(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)pc;
    if (holds(flash, (uint32_t)address)) {
        look_at_load((uint32_t)address);
        if (has_two_words(info)) {
            look_at_load((uint32_t)address + 4);
        }
    }
}

void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    if (qemu_plugin_mem_is_store(info)) {
        on_store(cpu, info, address, pc);
    } else {
        on_load(cpu, info, address, pc);
    }
}

/* For a core that accesses nothing that is not aligned. */
void on_aligned_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    unsigned shift = qemu_plugin_mem_size_shift(info);
    if (address & ((1u << (shift < 2 ? shift : 2)) - 1)) {
        end_at("unaligned", (uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
    on_access(cpu, info, address, pc);
}
