{{ union_active_systems('purchase_line') }}
