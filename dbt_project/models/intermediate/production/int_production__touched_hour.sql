with stretches as (
    select
        slots.equipment_id,
        slots.site_code,
        slots.started_at,
        slots.ended_at,
        days._source_ingested_at
    from {{ ref('int_production__touched_day') }} as days
    inner join {{ ref('int_production__equipment_slot') }} as slots
        on days.equipment_id = slots.equipment_id and days.production_day = slots.production_day
    union all
    select
        equipment_id,
        site_code,
        started_at,
        ended_at,
        _source_ingested_at
    from {{ ref('int_production__vanished_day') }}
),

hours as (
    select
        *,
        {{ each_from_to(
            window_no(micros('started_at'), 3600000000), window_no(micros('ended_at'), 3600000000)
        ) }} as hour_no
    from stretches
)

select
    equipment_id,
    site_code,
    {{ instant('hour_no * 3600000000') }} as hour_at,
    _source_ingested_at
from hours
