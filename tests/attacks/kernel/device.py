"""Make a device.

line = "Kernel: open_by_handle_at, personality"
open = ["process-only/root"]
"""

import os
import stat


def attack(x):
    return tried(lambda: os.mknod("disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)))
