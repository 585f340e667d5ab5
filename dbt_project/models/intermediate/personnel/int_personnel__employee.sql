{{ union_active_systems('employee') }}
