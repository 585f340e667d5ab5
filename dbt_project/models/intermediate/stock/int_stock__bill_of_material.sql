{{ union_active_systems('bill_of_material') }}
