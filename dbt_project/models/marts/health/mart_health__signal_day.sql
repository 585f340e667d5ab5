with health as (
    select * from {{ ref('fct_sensor_health_day') }}
),

signals as (
    select * from {{ ref('dim_signal') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
    where is_current
)

select
    health.signal_key,
    health.signal_id,
    signals.tag,
    signals.measurement,
    health.site_code,
    equipment.line,
    health.equipment_id,
    equipment.equipment_name,
    health.health_date,
    health.completeness_pct,
    health.good_pct,
    health.reading_count,
    health.bad_reading_count,
    health.bad_reading_pct,
    health.is_flat,
    case
        when health.reading_count = 0 then 'silent'
        when health.is_flat then 'flat'
        when health.completeness_pct < 90 then 'gaps'
        when health.good_pct < 90 then 'bad'
        else 'ok'
    end as health_status
from health
inner join signals on health.signal_key = signals.signal_key
left join equipment on health.equipment_id = equipment.equipment_id
