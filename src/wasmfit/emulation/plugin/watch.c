/* While the program runs: blocks, loads and stores as they come. Everything here is hot. */
#include <inttypes.h>
#include <stdio.h>

#include "qemu.h"
#include "state.h"

struct block **blocks;
size_t number_of_blocks;
uint64_t executed, dynamic[NUMBER_OF_MEASURES];
unsigned phase;
uint32_t lowest, span;

static struct block none, *current = &none; /* the block that runs */

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

static inline void passage(struct block *block)
{
    bool jumped = block->start != current->end;
    current->jumped += jumped;
    block->landed += jumped;
    current = block;
    if (__builtin_expect(block->mark != NULL, 0)) {
        /* The way to a mark belongs to what was before it. */
        record_mark(block->mark);
    }
    if (__builtin_expect(executed + block->instructions > limit, 0)) {
        record_end("limit");
    }
    block->executed++;
    for (uint32_t line = block->line; line <= block->last_line; line++) {
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

void on_store(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)info;
    if ((uint32_t)address - lowest >= span) {
        look_at_store((uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
}

void on_load(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *pc)
{
    (void)cpu;
    (void)pc;
    if (holds(flash, (uint32_t)address)) {
        look_at_load((uint32_t)address, info);
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
    if (address & ((1u << qemu_plugin_mem_size_shift(info)) - 1)) {
        end_at("unaligned", (uint32_t)address, (uint32_t)(uintptr_t)pc);
    }
    on_access(cpu, info, address, pc);
}
