/* Version 1: QEMU 7.2 to 8.2. */
#include "bytes_in_place.h"
#include "callbacks_with_id.h"
#include "no_registers.h"
#include "plain.h"

EXPORT int qemu_plugin_version = 1;
