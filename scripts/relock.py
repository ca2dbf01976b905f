"""Resolves the catalogue's lockfiles anew (``make locks``); name some to leave the others alone."""

import sys

from wasmfit.build import Context
from wasmfit.build.locks import locks, write
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import Gateway, Versions, find


def main() -> None:
    catalog, home, gateway = Catalog.load(), Home.find(), Gateway()
    toolchain = find(Versions(home.tools, gateway), {}, [board.emulator for board in catalog.boards.values()])
    context = Context(catalog, home, toolchain, gateway)
    for lock in locks(catalog):
        if all(word not in str(lock.path) for word in sys.argv[1:] or [""]):
            continue
        write(context, lock)
        print(lock.path)


if __name__ == "__main__":
    main()
