with inspections as (
    select * from {{ ref('int_quality__inspection') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

{{ interval_days() }}

select
    inspections.inspection_id,
    equipment.equipment_key,
    inspections.equipment_id,
    inspections.site_code,
    {{ surrogate_key(['inspections.order_id']) }} as order_key,
    inspections.order_id,
    inspections.operation_no,
    {{ surrogate_key(['inspections.material_id']) }} as material_key,
    inspections.material_id,
    inspections.characteristic,
    inspections.unit,
    inspections.nominal_value,
    inspections.lower_limit,
    inspections.upper_limit,
    inspections.measured_value,
    inspections.inspected_at,
    {{ context_columns() }},
    inspections.is_ok,
    inspections.measured_value between inspections.lower_limit and inspections.upper_limit
        as is_within_limits,
    inspections.defect_code,
    inspections._source_ingested_at
from inspections
{{ interval_at('inspections.equipment_id', 'inspections.inspected_at') }}
left join equipment
    on
        inspections.equipment_id = equipment.equipment_id
        and cast(inspections.inspected_at as date) >= equipment.valid_from
        and cast(inspections.inspected_at as date) < equipment.valid_to
