{{ union_active_systems('inspection') }}
