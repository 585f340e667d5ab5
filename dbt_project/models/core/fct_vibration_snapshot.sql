with snapshots as (
    select * from {{ ref('int_maintenance__vibration_snapshot') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

{{ interval_days() }}

select
    equipment.equipment_key,
    snapshots.equipment_id,
    snapshots.site_code,
    snapshots.sensor_code,
    snapshots.taken_at,
    {{ context_columns() }},
    context.order_id,
    context.operation_id,
    context.material_id,
    snapshots.sampling_rate_hz,
    snapshots.sample_count,
    snapshots.unit,
    snapshots.rms_value,
    snapshots.peak_value,
    {{ ratio('snapshots.peak_value', 'snapshots.rms_value') }} as crest_factor,
    snapshots.kurtosis,
    snapshots.spindle_speed_rpm,
    snapshots._source_ingested_at
from snapshots
{{ interval_at('snapshots.equipment_id', 'snapshots.taken_at') }}
left join equipment
    on
        snapshots.equipment_id = equipment.equipment_id
        and cast(snapshots.taken_at as date) >= equipment.valid_from
        and cast(snapshots.taken_at as date) < equipment.valid_to
