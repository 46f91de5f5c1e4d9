"""Runs commands in turns and prints a table of medians: python3 benches/turns.py RUNS COUNT NAME… COMMAND…

Before each run the files and folders that its command names are read once, outside of the time: what a command finds near the processor is
then not what the one before it happened to leave there.
"""

import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import time

runs, count = int(sys.argv[1]), int(sys.argv[2])
names, commands = sys.argv[3 : 3 + count], sys.argv[3 + count :]


def read(command):
    """Reads all that the words of a command name, in a process of its own: the memory it takes would be taken for the command's."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    for word in [inner for word in shlex.split(command) for inner in (shlex.split(word) if " " in word else [word])]:
        path = pathlib.Path(word)
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.is_file():
                with file.open("rb", buffering=0) as source:
                    while source.read(1 << 20):
                        pass
    os._exit(0)


walls, users, peaks = ({name: [] for name in names} for _ in range(3))
for _ in range(runs):
    for name, command in zip(names, commands):
        read(command)
        start = time.perf_counter()
        child = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        walls[name].append(time.perf_counter() - start)
        users[name].append(used.ru_utime + used.ru_stime)
        # In KiB.
        peaks[name].append(used.ru_maxrss)
        # 1 is violations found, or no line matched.
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"{name}: exit code {os.waitstatus_to_exitcode(status)}: {command}")
print("| | wall s | CPU s | spread of wall | peak MB |\n|---|---|---|---|---|")
for name in names:
    wall = statistics.median(walls[name])
    spread = (max(walls[name]) - min(walls[name])) / wall
    print(f"| {name} | {wall:.3f} | {statistics.median(users[name]):.3f} | {spread:.0%} | {max(peaks[name]) * 1024 / 1e6:.0f} |")
