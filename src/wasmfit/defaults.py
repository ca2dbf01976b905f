"""The entries of the catalogue that are taken where none is named."""

WORKLOAD = "add-with-extra"
BOARD = "nrf52840dk"
BASE = "bare"
PROFILE = "reference"
