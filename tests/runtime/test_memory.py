"""The memory of the process: what threads take, and what is given back."""

import platform
import subprocess
import sys

import pytest

_TAKE = """
import ctypes, threading
from syndetect.runtime import memory

def take():
    block = ctypes.create_string_buffer(5000)
    address = ctypes.addressof(block)
    with open("/proc/self/maps") as lines:
        places = [line.split()[0].split("-") for line in lines if line.rstrip().endswith("[heap]")]
    found.append(any(int(low, 16) <= address < int(high, 16) for low, high in places))

found = []
if SHARED:
    memory.share_pool()
thread = threading.Thread(target=take)
thread.start()
thread.join()
print(found[0])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the parameter is glibc's")
@pytest.mark.parametrize("is_shared", [True, False])
def test_a_thread_takes_memory_from_the_pool_of_the_first_one(is_shared: bool) -> None:
    program = _TAKE.replace("SHARED", str(is_shared))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(is_shared)
