{{ union_active_systems('production_order') }}
