{{ union_active_systems('material_cost') }}
