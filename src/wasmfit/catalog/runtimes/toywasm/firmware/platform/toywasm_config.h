/* What toywasm's CMake writes into a build: its defaults, less WASI, SIMD and its own accounting of the heap.
 * Proposals are macros of the variant; see runtime.toml. */
#ifndef _TOYWASM_CONFIG_H
#define _TOYWASM_CONFIG_H

#define TOYWASM_USE_SEPARATE_EXECUTE
#define TOYWASM_PROCESS_INSN_WITH_SWITCH
#define TOYWASM_USE_TAILCALL
#define TOYWASM_USE_SHORT_ENUMS
#define TOYWASM_SORT_EXPORTS
#define TOYWASM_USE_JUMP_BINARY_SEARCH
#define TOYWASM_JUMP_CACHE2_SIZE 4
#define TOYWASM_USE_LOCALS_CACHE
#define TOYWASM_USE_SEPARATE_LOCALS
#define TOYWASM_USE_SMALL_CELLS
#define TOYWASM_USE_RESULTTYPE_CELLIDX
#define TOYWASM_USE_LOCALTYPE_CELLIDX
#define TOYWASM_USE_LOCALS_FAST_PATH
#define TOYWASM_EXCEPTION_MAX_CELLS 4
#define TOYWASM_ENABLE_WASM_NAME_SECTION
/* Without it, module.c does not compile; nothing here calls the writer. */
#define TOYWASM_ENABLE_WRITER

#endif
