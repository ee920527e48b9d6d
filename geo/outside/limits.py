"""Limits of the process that reads a file from outside: memory, time, files, network, other programs.

A file is only data to us, but it is a program's input to the libraries that read it, and each of them has had faults
that a file could use. What the process may not do, such a fault cannot do either. Each limit is set where the system
has it without privileges: POSIX limits, Landlock (Linux 5.13) for files, seccomp for the network and other programs,
a job object on Windows.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOM = Path(__file__).resolve().parent.parent
_OPEN_FILES = 128
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Budget:
    """What the reading of one file may use.

    Parameters
    ----------
    memory_mib
        Memory beside that of the empty process, in MiB.
    seconds
        Time on the clock.
    written_mib
        Size of a file that it may write, only in a folder given to it; 0: it writes nothing.
    answer_mib
        Size of its facts and of its table: what the program that asked takes in, and holds in its own memory.
    """

    memory_mib: int = 2_048
    seconds: int = 60
    written_mib: int = 0
    answer_mib: int = 512


@dataclass(frozen=True, slots=True)
class Confined:
    """Which limits hold in this process.

    Parameters
    ----------
    memory, files, network
        Whether memory is limited; whether other files are out of reach; whether network and programs are.
    """

    memory: bool
    files: bool
    network: bool


def confine(budget: Budget, readable: Iterable[Path], writable: Path | None) -> Confined:
    """Set the limits of this process, for good; what the system does not have is left out, and told.

    Parameters
    ----------
    budget
        Its memory, time and files.
    readable
        Files that it may read, beside its own libraries.
    writable
        Folder in which it may write; None: nowhere.
    """
    if sys.platform == "win32":
        return Confined(memory=_limit_job(budget), files=False, network=False)
    memory = _limit_memory(budget)
    is_linux = sys.platform == "linux"
    return Confined(
        memory=memory,
        files=is_linux and _limit_files(tuple(readable), writable),
        network=is_linux and _limit_calls(),
    )


def _limit_memory(budget: Budget) -> bool:
    """POSIX limits; the clock ends the process without its help."""
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(budget.seconds)
    limits = {
        resource.RLIMIT_CPU: budget.seconds,
        resource.RLIMIT_FSIZE: budget.written_mib * _MIB,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    # The libraries are mapped already: what the file may use comes on top of them.
    with suppress(OSError):
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        limits[resource.RLIMIT_AS] = used + budget.memory_mib * _MIB
    for what, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    return resource.RLIMIT_AS in limits


# Landlock: rights on files that are refused unless a rule grants them (Linux, include/uapi/linux/landlock.h).
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL_OF_VERSION_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE
_ADDED = ((2, _REFER), (3, _TRUNCATE), (5, _DEVICES))
_NO_NEW_PRIVILEGES = 38


def _limit_files(readable: tuple[Path, ...], writable: Path | None) -> bool:
    """Only the process's own libraries and the named files can be opened; nothing is written outside the folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    handled = _ALL_OF_VERSION_1
    for since, right in _ADDED:
        handled |= right if version >= since else 0
    attributes = struct.pack("=Q", handled)
    rules = libc.syscall(_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    own = (sys.prefix, sys.base_prefix, _ROOM, _ROOM.parent / "data", "/usr", "/lib", "/lib64", "/dev/urandom")
    granted = [(Path(one), _READ | _LIST | _EXECUTE) for one in own]
    granted += [(one, _READ) for one in readable]
    if writable is not None:
        granted.append((writable, handled & ~_EXECUTE))
    for path, rights in granted:
        _grant(libc, rules, path, rights & handled)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)
    return bool(done == 0)


def _grant(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    with suppress(OSError):
        found = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not path.is_dir():
            rights &= _OF_A_FILE
        libc.syscall(_ADD, rules, 1, struct.pack("=Qi", rights, found), 0)
        os.close(found)


# seccomp: numbers of the calls that are refused, by machine (Linux, arch/*/entry/syscalls).
_SECCOMP, _FILTER = 22, 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_UNKNOWN_CALL = 0x00050000 | 38
_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD = 0x00010000
_OTHER_ABI = 0x40000000
_NUMBERS = {
    # socket, connect, accept, sendto, bind, listen, socketpair, accept4; execve, execveat, fork, vfork; ptrace,
    # process_vm_readv, process_vm_writev; kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo,
    # pidfd_send_signal; io_uring_setup.
    "x86_64": (
        0xC000003E,
        (41, 42, 43, 44, 49, 50, 53, 288, 59, 322, 57, 58, 101, 310, 311, 62, 200, 234, 129, 297, 424, 425),
        56,
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 202, 206, 200, 201, 199, 242, 221, 281, 117, 270, 271, 129, 130, 131, 138, 240, 424, 425),
        220,
    ),
}
_CLONE_3 = 435


def _limit_calls() -> bool:
    """No network, no other program, no signal to another process: refused by the kernel."""
    if platform.machine() not in _NUMBERS:
        return False
    machine, refused, clone = _NUMBERS[platform.machine()]

    def step(code: int, operand: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, operand)

    steps = [step(_LOAD, 4), step(_EQUAL, machine, 1, 0), step(_RETURN, _KILL), step(_LOAD, 0)]
    steps += [step(_AT_LEAST, _OTHER_ABI, 0, 1), step(_RETURN, _REFUSE)] if machine == _NUMBERS["x86_64"][0] else []
    for number in refused:
        steps += [step(_EQUAL, number, 0, 1), step(_RETURN, _REFUSE)]
    # A new thread is allowed, a new process is not. The newer call hides its flags: the C library falls back.
    steps += [step(_EQUAL, _CLONE_3, 0, 1), step(_RETURN, _UNKNOWN_CALL)]
    steps += [step(_EQUAL, clone, 0, 3), step(_LOAD, 16), step(_HAS, _CLONE_THREAD, 1, 0), step(_RETURN, _REFUSE)]
    steps += [step(_RETURN, _ALLOW)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(libc.prctl(_SECCOMP, _FILTER, program, 0, 0) == 0)


def _limit_job(budget: Budget) -> bool:
    """Memory and number of processes by a Windows job object, which ends with this process."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = kernel.CreateJobObjectW(None, None)
    # JOBOBJECT_EXTENDED_LIMIT_INFORMATION of 64-bit Windows: flags at byte 16, processes at 40, memory at 112.
    limits = bytearray(144)
    active_process, process_memory = 0x8, 0x100
    struct.pack_into("=I", limits, 16, active_process | process_memory)
    struct.pack_into("=I", limits, 40, 1)
    struct.pack_into("=Q", limits, 112, budget.memory_mib * _MIB)
    extended = 9
    told = (ctypes.c_char * len(limits)).from_buffer(limits)
    is_set = kernel.SetInformationJobObject(ctypes.c_void_p(job), extended, ctypes.byref(told), len(limits))
    own = ctypes.c_void_p(kernel.GetCurrentProcess())
    return bool(is_set and kernel.AssignProcessToJobObject(ctypes.c_void_p(job), own))
