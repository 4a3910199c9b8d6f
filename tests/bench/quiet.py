"""Whether the machine is ours: what others take of it before a round begins.

A load average would tell of our own last round; between rounds all of ours is idle.
"""

import os
import sys

import psutil

_LOOK_S = 0.5
# Above this, figures are orientation: rows are marked, and only ratios count.
BUSY_PERCENT = 15.0


def taken_by_others() -> float:
    """Percent of all processors that is busy now, time stolen by the host's neighbours included."""
    times = psutil.cpu_times_percent(interval=_LOOK_S)
    taken = float(100.0 - times.idle - getattr(times, "iowait", 0.0))
    if taken > BUSY_PERCENT:
        load = os.getloadavg()[0]
        stolen = getattr(times, "steal", 0.0)
        sys.stderr.write(
            f"  The machine is busy with something else: {taken:.0f} % of it "
            f"(load {load:.1f}, stolen {stolen:.0f} %). Rows are marked.\n"
        )
    return taken
