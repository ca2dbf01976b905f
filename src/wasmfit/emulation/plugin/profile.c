/* The profile: a tree of calls, with the instructions that each spent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define DEPTH 8192
#define NODES 400000
#define LOOK_BACK 64

struct node {
    int32_t function, parent;
    int32_t child, next;       /* the first called from it; the next called from the same */
    uint64_t spent[PHASES];
};

uint32_t *functions;
static size_t number_of_functions;
static FILE *profile;
static struct node *nodes;
static int32_t number_of_nodes, node; /* node: where the program is */
static struct {
    uint32_t back;             /* where the call returns to */
    int32_t node;              /* the caller */
} calls[DEPTH];
static size_t depth;

int32_t function_at(uint32_t address)
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

void on_profiled_block(unsigned cpu, void *data)
{
    struct block *block = data, *before;
    (void)cpu;
    nodes[node].spent[phase] -= settle();
    before = block_before();
    if (block->start != before->end || block->function != before->function) {
        follow(before, block);
    }
    enter(block);
    nodes[node].spent[phase] += block->instructions;
}

void write_profile(void)
{
    if (!profile) {
        return;
    }
    for (int32_t i = 0; i < number_of_nodes; i++) {
        fprintf(profile, "node %d %d %d", i, nodes[i].parent, nodes[i].function);
        for (size_t k = 0; k < PHASES; k++) {
            fprintf(profile, " %" PRIu64, nodes[i].spent[k]);
        }
        fputc('\n', profile);
    }
    fclose(profile);
}

bool profile_read_functions(const char *path)
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

/* Opened now: nothing can be, once the fence is up. */
bool profile_to(const char *path)
{
    profile = fopen(path, "we");
    return profile != NULL;
}
