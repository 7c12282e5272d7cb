#!/usr/bin/python3
"""A serial line without wires: a pseudo-terminal whose far side is this program's standard input and output.

The first line out is the device node; everything after it is what was written there. The end of the input, or of the
program, is the cable being pulled.
"""
import os
import select
import sys
import tty


def copy(master):
    pending = b""
    while True:
        writers = [master] if pending else []
        readers = [master] + ([] if pending else [0])
        ready, writable, _ = select.select(readers, writers, [])
        if master in ready:
            os.write(1, os.read(master, 65536))
        if 0 in ready:
            pending = os.read(0, 65536)
            if not pending:
                return
        if writable:
            pending = pending[os.write(master, pending):]


def main():
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    # The slave stays open here, so that its reader may come and go.
    os.write(1, os.ttyname(slave).encode() + b"\n")
    try:
        copy(master)
    except (BrokenPipeError, KeyboardInterrupt):
        pass


if __name__ == "__main__":
    sys.exit(main())
