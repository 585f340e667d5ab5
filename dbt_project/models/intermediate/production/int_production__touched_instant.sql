{{ union_active_systems('touched_instant') }}
