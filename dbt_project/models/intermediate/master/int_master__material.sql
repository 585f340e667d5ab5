{{ union_active_systems('material') }}
