{{ union_active_systems('machine_state') }}
