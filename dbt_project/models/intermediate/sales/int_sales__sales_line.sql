{{ union_active_systems('sales_line') }}
