"""Runs commands in turns and prints a table of medians: python3 benches/turns.py RUNS COUNT NAME… COMMAND…"""

import os
import shlex
import statistics
import subprocess
import sys
import time

runs, count = int(sys.argv[1]), int(sys.argv[2])
names, commands = sys.argv[3 : 3 + count], sys.argv[3 + count :]
walls, users, peaks = ({name: [] for name in names} for _ in range(3))
for _ in range(runs):
    for name, command in zip(names, commands):
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
