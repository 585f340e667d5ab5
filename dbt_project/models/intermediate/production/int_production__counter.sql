{{ union_active_systems('counter') }}
