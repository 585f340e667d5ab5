{{ union_active_systems('supplier') }}
