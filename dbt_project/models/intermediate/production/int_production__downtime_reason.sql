{{ union_active_systems('downtime_reason') }}
