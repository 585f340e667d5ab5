{{ union_active_systems('reason') }}
