{{ union_active_systems('operation') }}
