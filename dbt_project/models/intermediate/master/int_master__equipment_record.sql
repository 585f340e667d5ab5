{{ union_active_systems('equipment_record') }}
