/* The harness, for firmware in C that replays the W3C suite: define the functions
 * below. harness/src/suite.rs says what each has to do; there is one store at a
 * time, between wasmfit_suite_begin() and wasmfit_suite_end(). */
#ifndef WASMFIT_SUITE_H
#define WASMFIT_SUITE_H

#include "wasmfit.h"

/* How an action ends. */
enum {
    WASMFIT_DONE = 0,
    WASMFIT_LOAD = 1,    /* the module is not accepted */
    WASMFIT_LINK = 2,    /* its imports cannot be answered */
    WASMFIT_TRAP = 3,
    WASMFIT_THROWN = 4,  /* an exception came out */
    WASMFIT_REFUSED = 5, /* the runtime, or the glue, cannot do that */
    WASMFIT_STOPPED = 6, /* a call took more than its budget */
};

/* A value's type. */
enum {
    WASMFIT_I32 = 0,
    WASMFIT_I64 = 1,
    WASMFIT_F32 = 2,
    WASMFIT_F64 = 3,
    WASMFIT_V128 = 4,
    WASMFIT_NULL = 5,   /* a null reference, of the kind `what` */
    WASMFIT_EXTERN = 6, /* an externref: the host's own thing of that number */
    WASMFIT_HOST = 7,   /* the same as an anyref */
    WASMFIT_REF = 8,    /* any other reference, of the kind `what` */
};

/* The kinds of references: `what`. */
enum { WASMFIT_KIND_FUNC = 0, WASMFIT_KIND_EXTERN = 1, WASMFIT_KIND_ANY = 2, WASMFIT_KIND_EXN = 3 };

typedef struct {
    uint32_t type;
    uint32_t what;
    uint8_t bytes[16]; /* little-endian, from the first byte on */
} wasmfit_value;

void wasmfit_suite_begin(void);
void wasmfit_suite_end(void);

/* Each returns how it ended; `why` may be set to words that live until the next call. The module's bytes
 * and names live until wasmfit_suite_end(). The bytes are in RAM and may be written to. */
uint32_t wasmfit_suite_load(const uint8_t *module, uint32_t length, const char **why);
uint32_t wasmfit_suite_instantiate(const uint8_t *module, uint32_t length, uint32_t *instance, const char **why);
uint32_t wasmfit_suite_register(uint32_t instance, const char *name, const char **why);

/* `number` is how many results there is room for, and then how many there are. */
uint32_t wasmfit_suite_invoke(uint32_t instance, const char *name, const wasmfit_value *arguments, uint32_t count,
                              wasmfit_value *results, uint32_t *number, const char **why);
/* The calls that follow may take so many of the runtime's units, and memories of the instances that follow may
 * have so many pages, until wasmfit_suite_end(); WASMFIT_REFUSED where the runtime knows no such thing. */
uint32_t wasmfit_suite_budget(uint32_t units, const char **why);
uint32_t wasmfit_suite_limit(uint32_t pages, const char **why);

uint32_t wasmfit_suite_global(uint32_t instance, const char *name, wasmfit_value *result, const char **why);

#endif
