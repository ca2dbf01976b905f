/* Version 3: QEMU 9.1. Versions 4 to 6 (QEMU 9.2 to 11.0) changed nothing that is used here. */
#include "bytes_copied.h"
#include "callbacks_with_id.h"
#include "registers.h"
#include "scoreboard.h"

EXPORT int qemu_plugin_version = 3;
