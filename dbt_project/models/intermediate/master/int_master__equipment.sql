{{ union_active_systems('equipment') }}
