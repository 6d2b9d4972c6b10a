"""Whether all is deployed: before that, no event source takes a batch and no schedule ticks.

Deploying anew cuts short whatever function runs, and a kept state has batches waiting and schedules
overdue. `localcloud.control` sets it, once it is told to begin; nobody unsets it.
"""

from __future__ import annotations

import threading

everything = threading.Event()
