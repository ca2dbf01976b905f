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
    if (rest && rest < current->instructions && current->code) {
        current->executed--;
        current = beginning_of(current, current->instructions - rest);
        current->executed++;
        expected = *executed;
    }
    return rest;
}

static inline void passage(struct block *block)
{
    const struct block *before;
    uint32_t line;
    bool jumped;
    if (__builtin_expect(*executed != expected, 0)) {
        settle();
    }
    jumped = block->start != current->end;
    before = current;
    current->jumped += jumped;
    block->landed += jumped;
    current = block;
    if (__builtin_expect(block->mark != NULL, 0)) {
        /* The way to a mark belongs to what was before it. */
        record_mark(block->mark);
    }
    if (__builtin_expect(*executed + block->instructions > limit, 0)) {
        record_end("limit");
    }
    block->executed++;
    expected = *executed + block->instructions;
    line = block->line;
    if (__builtin_expect(before->runs_on & !jumped, 0)) {
        seam_of(before, block)->executed++;
        line += line == before->last_line;
    }
    for (; line <= block->last_line; line++) {
        look_up(&code_cache, line, FETCH_MISSES, FETCH_RUNS);
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

/* How many words an access is. LDRD and STRD are two accesses in QEMU 7.2, and may be one of eight bytes in later
 * ones: such a one is looked at word by word, as memory sees it. */
static inline unsigned words_of(qemu_plugin_meminfo_t info)
{
    return qemu_plugin_mem_size_shift(info) > 2 ? 2 : 1;
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
        for (unsigned word = 0; word < words_of(info); word++) {
            look_at_store((uint32_t)address + 4 * word, (uint32_t)(uintptr_t)pc);
        }
    }
}

void on_load(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)pc;
    if (holds(flash, (uint32_t)address)) {
        for (unsigned word = 0; word < words_of(info); word++) {
            look_at_load((uint32_t)address + 4 * word);
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
