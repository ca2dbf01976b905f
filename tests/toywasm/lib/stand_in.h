/* Stands in for toywasm's headers: the names that its public interface has, and nothing of its code. What it "executes" is
 * the one function of add-with-extra. */
#ifndef STAND_IN_H
#define STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "toywasm_config.h"

#ifndef TOYWASM_USE_SMALL_CELLS
#error the embedding's configuration was not found
#endif

struct mem_context { size_t allocated; };
struct report { char *msg; };
struct module { const uint8_t *bytes, *end; };
struct load_context { struct report report; struct mem_context *mctx; };

struct name { uint32_t nbytes; const char *data; };
#define NAME_FROM_CSTR_LITERAL(C) { .nbytes = sizeof(C) - 1, .data = C }
#define NAME_FROM_CSTR(C) { .nbytes = (uint32_t)strlen(C), .data = C }

struct resulttype { uint32_t ntypes; };
struct functype { struct resulttype parameter, result; };
struct cell { uint32_t x; };
struct val { union { uint32_t i32; uint64_t i64; } u; };
enum externtype { EXTERNTYPE_FUNC };

struct exec_context;
struct host_instance;
typedef int (*host_func_t)(struct exec_context *, struct host_instance *, const struct functype *, const struct cell *,
                           struct cell *);
struct host_func { struct name name; const char *type; host_func_t func; };
struct host_module { const struct name *module_name; const struct host_func *funcs; size_t nfuncs; };
struct import_object { host_func_t func; };
struct instance { const struct import_object *imports; };
struct exec_context { struct instance *instance; struct report *report, own; uint32_t stack[4], height; };

#define HOST_FUNC_DECL(NAME)                                                                              \
    int NAME(struct exec_context *ctx, struct host_instance *hi, const struct functype *ft,               \
             const struct cell *params, struct cell *results)
#define HOST_FUNC(NAME, FUNC, TYPE) { .name = NAME_FROM_CSTR_LITERAL(NAME), .type = TYPE, .func = FUNC }
#define HOST_FUNC_RESULT_SET(FT, RESULTS, IDX, TYPE, V) ((void)(FT), (RESULTS)[IDX].x = (V))

void mem_context_init(struct mem_context *);
void mem_context_clear(struct mem_context *);
void load_context_init(struct load_context *, struct mem_context *);
void load_context_clear(struct load_context *);
void report_init(struct report *);
void report_clear(struct report *);
int module_create(struct module **, const uint8_t *, const uint8_t *, struct load_context *);
void module_destroy(struct mem_context *, struct module *);
int module_find_export(const struct module *, const struct name *, uint32_t type, uint32_t *);
const struct functype *module_functype(const struct module *, uint32_t);
int import_object_create_for_host_funcs(struct mem_context *, const struct host_module *, size_t,
                                        struct host_instance *, struct import_object **);
void import_object_destroy(struct mem_context *, struct import_object *);
int instance_create(struct mem_context *, const struct module *, struct instance **, const struct import_object *,
                    struct report *);
void instance_destroy(struct instance *);
void exec_context_init(struct exec_context *, struct instance *, struct mem_context *);
void exec_context_clear(struct exec_context *);
int exec_push_vals(struct exec_context *, const struct resulttype *, const struct val *);
void exec_pop_vals(struct exec_context *, const struct resulttype *, struct val *);
int instance_execute_func_nocheck(struct exec_context *, uint32_t);
int instance_execute_handle_restart(struct exec_context *, int);
void xlog_error(const char *, ...);
int nbio_printf(const char *, ...);

#endif
