/* wasmfit's counting plugin for QEMU's TCG (QEMU 7.2 and later; see interface/).
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
 *   flash=LOW:END   the board's flash; without it, accesses to flash are not counted, which is faster
 *   memory=LOW:END  ordinary memory; may be repeated. A store there that is not in the board's
 *                   RAM is a stray one: the machine has more RAM than the board and lets it pass,
 *                   the board would fault
 *   cache=SIZE:LINE:WAYS:ANY  a cache for code in flash, in bytes; without one, every fetch is a miss.
 *                   ANY: 0 if it replaces what was used longest ago, 1 if any line of a set
 *   shared=1        data in flash goes through the same cache
 *   dcache=SIZE:LINE:WAYS:ANY  a cache of its own for data in flash
 *   aligned=1       an access at an address that is no multiple of its size ends the emulation: the
 *                   board would fault, the machine lets it pass
 *   limit=N         instructions after which the emulation ends
 *   fence=1         the image runs inside the fence (fence.h), or not at all
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
 *   fenced CALL COUNT LOWEST
 *                         it made a semihosting call that reaches for the host
 *   unfenced COUNT LOWEST the fence could not be put up
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
 * a block counts what came before it only. Measures are kept by the block; of one
 * that was left early they hold what was started of it.
 *
 * The profile, when the program has ended: a tree of calls, its root first.
 *   node NUMBER PARENT FUNCTION N0 ... N7
 *                         a function (its place among `functions`; -1: none of them) called from the
 *                         parent's; instructions in it alone, by the phase's ID (0: before any mark)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isas.h"
#include "qemu.h"
#include "state.h"

struct mark marks[MARKS];
size_t number_of_marks;
struct range stack, ram, flash, memories[MEMORIES];
size_t number_of_memories;
uint64_t limit = UINT64_MAX;
const struct isa *isa;
int out = -1;
struct cache code_cache, *data_cache;
bool has_code_cache, must_be_aligned;

static struct cache own_data_cache;

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
    uint64_t shape[4];
    return numbers(text, 4, shape) && shape[3] < 2 && cache_make(cache, shape[0], shape[1], shape[2], shape[3]);
}

static bool read_argument(const char *name, const char *value)
{
    if (!strcmp(name, "out")) {
        return open_record(value, &out);
    }
    if (!strcmp(name, "isa")) {
        isa = find_isa(value);
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
        return profile_read_functions(value);
    }
    if (!strcmp(name, "profile")) {
        return profile_to(value);
    }
    if (!strcmp(name, "fence")) {
        fenced = !strcmp(value, "1");
        return fenced;
    }
    return !strcmp(name, "limit") && numbers(value, 1, &limit);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
#define X(name, text) " " text
    static const char start[] = "counter 2\nmeasures" MEASURES(X) "\n";
#undef X
    (void)info;
    if (!read_arguments(argc, argv, "wasmfit counter", read_argument)) {
        return -1;
    }
    if (out < 0 || ram.end == 0 || stack.end == 0) {
        fprintf(stderr, "wasmfit counter: out, ram and stack are needed\n");
        return -1;
    }
    set_lowest(stack.end);
    record(start, sizeof start - 1);
    interface_register(id, on_translated, record_rest);
    return 0;
}
