"""Take capabilities back.

line = "Kernel: nested namespaces, mount, setns, chroot"
open = ["process-only/root"]
"""

import struct


def attack(x):
    header, wanted = struct.pack("=Ii", 0x20080522, 0), struct.pack("=6I", 1, 1, 0, 0, 0, 0)
    return tried(lambda: syscall("capset", header, wanted))
