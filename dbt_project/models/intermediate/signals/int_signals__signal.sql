{{ union_active_systems('signal') }}
