{{ union_active_systems('vibration_snapshot') }}
