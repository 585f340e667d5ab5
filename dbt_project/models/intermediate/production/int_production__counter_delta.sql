{{ config(
    materialized='incremental',
    incremental_strategy='touched_window',
    unique_key=['equipment_id', 'production_day'],
    on_schema_change='fail',
    meta={'touched_by': 'int_production__touched_day'}
) }}

with {{ touched_days() }},

readings as (
    {{ since_stretch(ref('int_production__counter'), 'counted_at') }}
),

{{ newest_configuration() }},

slots as (
    {{ within_stretch(ref('int_production__equipment_slot')) }}
),

previous as (
    select
        *,
        lag(total_count, 1, 0) over (partition by equipment_id order by counted_at) as previous_total,
        lag(scrap_count, 1, 0) over (partition by equipment_id order by counted_at) as previous_scrap,
        lag(rework_count, 1, 0) over (partition by equipment_id order by counted_at) as previous_rework,
        lag(counted_at) over (partition by equipment_id order by counted_at) as previous_counted_at,
        max(_source_ingested_at) over (
            partition by equipment_id order by counted_at rows between 1 preceding and current row
        ) as newest_ingested_at
    from readings
),

-- A counter that fell from the last tenth of its range into the first went on over its end.
rolled as (
    select
        *,
        {{ rolled_by('total') }} as total_rolled_by,
        {{ rolled_by('scrap') }} as scrap_rolled_by,
        {{ rolled_by('rework') }} as rework_rolled_by
    from previous
),

deltas as (
    -- a counter that fell otherwise was reset, and the others with it: what they show now was made since
    select
        *,
        case
            when total_count + total_rolled_by < previous_total then 0
            when scrap_count + scrap_rolled_by < previous_scrap then 0
            when rework_count + rework_rolled_by < previous_rework then 0
            else 1
        end as continues
    from rolled
),

timeline as (
    select
        equipment_id,
        counted_at as instant_at,
        0 as sequence,
        null as shift_id
    from readings
    union all
    select
        equipment_id,
        started_at as instant_at,
        1 as sequence,
        shift_id
    from slots
),

placed as (
    -- a reading at the border counts what was made before it: it stands before the shift that begins there
    select
        equipment_id,
        instant_at,
        sequence,
        {{ last_known('shift_id', 'equipment_id', 'instant_at, sequence') }} as shift_id
    from timeline
),

described as (
    select
        deltas.equipment_id,
        deltas.site_code,
        slots.production_day,
        slots.shift_id,
        slots.shift_code,
        deltas.previous_counted_at,
        deltas.counted_at,
        deltas.order_id,
        deltas.order_id || '-' || deltas.operation_no as operation_id,
        deltas.material_id,
        deltas.total_count + deltas.total_rolled_by - deltas.continues * deltas.previous_total
            as produced_qty,
        deltas.scrap_count + deltas.scrap_rolled_by - deltas.continues * deltas.previous_scrap as scrap_qty,
        deltas.rework_count + deltas.rework_rolled_by - deltas.continues * deltas.previous_rework
            as rework_qty,
        deltas.continues = 0 as is_reset,
        greatest(
            deltas.newest_ingested_at, operations._source_ingested_at, configuration._source_ingested_at
        ) as _source_ingested_at
    from deltas
    cross join configuration
    left join {{ ref('int_production__operation') }} as operations
        on deltas.order_id || '-' || deltas.operation_no = operations.operation_id
    inner join placed
        on
            deltas.equipment_id = placed.equipment_id
            and deltas.counted_at = placed.instant_at
            and placed.sequence = 0
    inner join slots on placed.equipment_id = slots.equipment_id and placed.shift_id = slots.shift_id
)

select * from described
{% if is_incremental() %}
where (equipment_id, production_day) in (select * from touched)
{% endif %}
