-- A snapshot that is delivered again, or corrected, replaces the earlier one. Samples stay in raw.
with snapshots as (
    select
        *,
        row_number() over (
            partition by equipment_code, sensor_code, taken_at order by _ingested_at desc, _source_row desc
        ) as version_no
    from {{ ref('stg_cms__vibration_snapshots') }}
),

equipment as (
    select distinct
        site_code,
        equipment_code
    from {{ ref('stg_plant__equipment') }}
    where site_code = {{ source_site('cms') }}
)

select
    equipment.site_code,
    {{ site_id('equipment.site_code', 'snapshots.equipment_code') }} as equipment_id,
    snapshots.sensor_code,
    snapshots.taken_at,
    snapshots.sampling_rate_hz,
    snapshots.sample_count,
    snapshots.unit,
    snapshots.rms_value,
    snapshots.peak_value,
    snapshots.kurtosis,
    snapshots.spindle_speed_rpm,
    snapshots._ingested_at as _source_ingested_at
from snapshots
inner join equipment on snapshots.equipment_code = equipment.equipment_code
where snapshots.version_no = 1
