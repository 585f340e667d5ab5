{{ union_active_systems('reading') }}
