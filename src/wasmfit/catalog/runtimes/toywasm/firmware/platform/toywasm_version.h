/* toywasm's CMake puts the version here, for its command line alone. */
#ifndef _TOYWASM_VERSION_H
#define _TOYWASM_VERSION_H
#endif
