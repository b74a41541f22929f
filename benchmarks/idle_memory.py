"""Idle memory of everything that `make run` started: python benchmarks/idle_memory.py [DATA_DIR] (Linux).

Prints one line a process and the sum, in MB of proportional set size: shared pages count once.
"""

import sys
from pathlib import Path

import psutil


def holder_of(data_dir: Path) -> psutil.Process:
    """Return the `manage.py up` whose children's sockets and files lie in `data_dir`."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        command, environment = process.info["cmdline"] or [], process.info["environ"] or {}
        is_up = command[-2:] == ["manage.py", "up"]
        if is_up and Path(environment.get("DATA_DIR") or "var").resolve() == data_dir.resolve():
            return process
    sys.exit(f"no site runs on {data_dir}")


def main() -> None:
    """Sum over the supervisor and all that descends from it."""
    up = holder_of(Path(sys.argv[1] if len(sys.argv) > 1 else "var"))
    total = 0
    for process in [up, *up.children(recursive=True)]:
        size = process.memory_full_info().pss
        total += size
        print(f"{size / 1e6:7.1f}  {' '.join(process.cmdline())[:90]}")
    print(f"{total / 1e6:7.1f}  MB together")


if __name__ == "__main__":
    main()
