/* Version 2: QEMU 9.0. */
#include "bytes_in_place.h"
#include "callbacks_with_id.h"
#include "registers.h"
#include "scoreboard.h"

EXPORT int qemu_plugin_version = 2;
