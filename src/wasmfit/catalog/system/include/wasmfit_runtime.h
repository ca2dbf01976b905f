/* A runtime, its embedding and wasmfit's harness as a static library, libwasmfit_runtime.a, for the build of any
 * operating system. It is the same whether the runtime is in C or in Rust.
 *
 * What the library does by itself: it reads the job, runs the runtime, marks phases (functions named wasmfit_mark_*,
 * which whoever counts finds by their symbols), prints results and ends the run, both by semihosting as on every other
 * base. So a system has no part in what is said of a run.
 *
 * What it needs of the system: the declarations below, and a C library (malloc, calloc, free, abort, string.h, math.h)
 * for runtimes in C.
 */
#ifndef WASMFIT_RUNTIME_H
#define WASMFIT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

/* ---- what the library has ---- */

/* Runs the job and ends. Call it once, in a thread with as much stack as WASMFIT_STACK says, when the system's heap
 * is ready. Names the two symbols wasmfit_stack_start and _stack_start that the image has to have: where that stack
 * begins and ends. */
_Noreturn void wasmfit_main(void);

/* Whether the core is an emulated one without the chip's peripherals. It can be asked before memory is initialised. */
bool wasmfit_is_emulated(void);

/* Ends the run as a failure. */
_Noreturn void wasmfit_fail(const char *reason);

/* ---- what the system has ---- */

/* Memory of so many bytes, aligned to a power of two, or NULL; and its release. What a runtime in Rust allocates.
 * c/heap.c has them over malloc and free. */
void *wasmfit_system_allocate(size_t size, size_t alignment);
void wasmfit_system_release(void *block);

/* What realloc does, for runtimes in C. It has a name of its own, since not every system's realloc can be had. */
void *wasmfit_system_reallocate(void *block, size_t size);

/* The module and the calls to make: the bytes of the file job.bin, aligned to 16, in memory that is never written. */
extern const unsigned char wasmfit_job[];

#endif
