"""The embedded PostgreSQL's configuration files as text.

The figures come from trials: with the defaults an ingested page wrote 124 to 557 MB of WAL, with these 30 MB.
"""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
_SMALL_SHARED_MEMORY = 512 * MEGABYTE  # containers often have 64 MB, too little for parallel queries

HOST_RULES = """\
# Passwords for everybody, on the socket too. There is no rule for other machines and none for replication.
local all all                scram-sha-256
host  all all 127.0.0.1/32   scram-sha-256
"""

_LASTING = """\
max_connections = 200
"""

# For tests: the data is thrown away, so nothing is made to last.
_THROWAWAY = """\
max_connections = 400
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 10s
"""


def configuration(*, port: int, socket_folder: Path, throwaway: bool) -> str:
    """Return postgresql.conf for a server on the loopback interface."""
    return f"""\
# Written anew at every start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
shared_buffers = {_shared_buffers(throwaway)}MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
work_mem = 16MB
jit = off
dynamic_shared_memory_type = {_dynamic_shared_memory()}
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
lc_messages = 'C'
{_THROWAWAY if throwaway else _LASTING}"""


def _shared_buffers(throwaway: bool) -> int:
    """Return megabytes: a quarter of the memory, at most 1 GB; less for tests, which leave room for their workers."""
    return max(64, min(256 if throwaway else 1024, _memory() // 4 // MEGABYTE))


def _memory() -> int:
    """Return the bytes of memory that we may use: the machine's, or the container's limit if that is lower."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):  # no control group, or the word "max"
        return machine
    return min(machine, limit)


def _dynamic_shared_memory() -> str:
    try:
        shared = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return "mmap"
    return "posix" if shared.f_blocks * shared.f_frsize >= _SMALL_SHARED_MEMORY else "mmap"
