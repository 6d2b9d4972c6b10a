"""Corrections to the emulator, each guarded: one that no longer fits stops the start.

They live in the emulator's process only and touch one exact version of it.
"""

from __future__ import annotations

from localcloud.patches import (
    answer_headers,
    api_base,
    deliveries,
    denials,
    duties,
    encryption_context,
    event_source_roles,
    event_sources,
    key_names,
    leading_keys,
    queue_actions,
    repetitions,
    roles,
    runtime_api,
    schedules,
    sealing_anew,
    slow_starts,
    standstill,
    stream_records,
    worker_times,
)


def apply_all() -> None:
    """Apply every patch.

    Raises:
        LocalCloudError: EMULATOR_CHANGED when the emulator lacks what a patch replaces.
    """
    runtime_api.apply()
    worker_times.apply()
    slow_starts.apply()
    encryption_context.apply()
    key_names.apply()
    denials.apply()
    sealing_anew.apply()
    leading_keys.apply()
    standstill.apply()
    roles.check_emulator()
    deliveries.apply()
    schedules.apply()
    event_source_roles.apply()
    event_sources.apply()
    stream_records.apply()
    answer_headers.apply()
    api_base.apply()
    queue_actions.apply()
    repetitions.apply()
    duties.apply()
