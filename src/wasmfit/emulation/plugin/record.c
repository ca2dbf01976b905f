/* The record: what has been counted, line by line; counter.c says what the lines are. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "state.h"

#define MARK_LINES 100000
#define MEASURED_LINES 4096

bool fenced;

static unsigned mark_lines;

void record(const char *line, int length)
{
    write_line(out, line, length);
}

/* Writes a line of a word and the present state. */
static void record_state(const char *word)
{
    char line[96];
    record(line, snprintf(line, sizeof line, "%s %" PRIu64 " 0x%08" PRIx32 "\n", word, *executed, lowest));
}

/* What a block counts by how it was left and entered. */
static void add_ways(const struct block *block, uint64_t times, uint64_t jumps, uint64_t landings)
{
    dynamic[JUMPS] += jumps;
    dynamic[JUMPS_ASTRIDE] += block->astride ? landings : 0;
    if (block->conditional) {
        dynamic[CONDITIONAL_TAKEN] += jumps;
        dynamic[MISPREDICTED] += block->backward ? times - jumps : jumps;
        dynamic[PAIRED] += block->pairs ? times : block->pairs_untaken ? times - jumps : 0;
    }
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
        uint64_t times = block->executed - block->measured.executed;
        for (size_t k = 0; times && k < block->kinds; k++) {
            dynamic[block->of[k].measure] += times * (uint64_t)(int64_t)block->of[k].number;
        }
        add_ways(block, times, block->jumped - block->measured.jumped, block->landed - block->measured.landed);
        block->measured.executed = block->executed;
        block->measured.jumped = block->jumped;
        block->measured.landed = block->landed;
    }
    for (size_t i = 0; i < NUMBER_OF_MEASURES; i++) {
        length += snprintf(line + length, sizeof line - (size_t)length, " %" PRIu64, dynamic[i]);
        dynamic[i] = 0;
    }
    line[length++] = '\n';
    record(line, length);
}

void record_mark(const struct mark *mark)
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

static void record_stopped(const char *call)
{
    char word[32];
    snprintf(word, sizeof word, "fenced %s", call);
    record_end(word);
}

void record_fence(void)
{
    if (fenced && !fence_enter(record_stopped)) {
        record_end("unfenced");
    }
}

/* The last word: `word`, unless a call was made that the fence has answered. */
static void record_last(const char *word)
{
    char call[32];
    if (fence_harmless()) {
        snprintf(call, sizeof call, "fenced %s", fence_harmless());
        word = call;
    }
    settle();
    record_measures();
    record_state(word);
    write_profile();
}

void record_rest(void)
{
    record_last("end");
}

/* What the program has printed has been written by now, and nothing of the
 * emulator's own needs tidying up. */
void record_end(const char *word)
{
    record_last(word);
    _exit(0);
}
