{{ union_active_systems('shift') }}
