with elements as (
    select
        equipment_id,
        site_code,
        production_day,
        shift_id,
        shift_code,
        order_id,
        operation_id,
        sum(produced_qty) as produced_qty,
        sum(scrap_qty) as scrap_qty,
        sum(rework_qty) as rework_qty,
        sum(apt_s) as apt_s,
        sum(aust_s) as aust_s,
        max(_source_ingested_at) as _source_ingested_at
    from {{ ref('fct_time_element') }} as parts
    where operation_id is not null
    group by equipment_id, site_code, production_day, shift_id, shift_code, order_id, operation_id
    having sum(parts.produced_qty) > 0 or sum(parts.apt_s + parts.aust_s) > 0
),

worked as (
    select
        equipment_id,
        operation_id,
        shift_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from {{ ref('fct_state_interval') }}
    where operation_id is not null and time_element in ('apt', 'aust')
    group by equipment_id, operation_id, shift_id
),

resets as (
    select
        equipment_id,
        operation_id,
        shift_id,
        sum({{ seconds_between('previous_counted_at', 'counted_at') }}) as reset_gap_s
    from {{ ref('int_production__counter_delta') }}
    where is_reset
    group by equipment_id, operation_id, shift_id
),

silence as (
    select
        equipment_id,
        shift_id,
        sum(no_data_s) as no_data_s
    from {{ ref('fct_time_element') }}
    group by equipment_id, shift_id
),

described as (
    select
        elements.equipment_id,
        elements.site_code,
        elements.production_day,
        {{ surrogate_key(['elements.shift_id']) }} as shift_key,
        elements.shift_id,
        elements.shift_code,
        {{ surrogate_key(['elements.order_id']) }} as order_key,
        elements.order_id,
        elements.operation_id,
        worked.started_at,
        worked.ended_at,
        cast(elements.produced_qty as bigint) as produced_qty,
        cast(elements.scrap_qty as bigint) as scrap_qty,
        cast(elements.rework_qty as bigint) as rework_qty,
        elements.apt_s,
        elements.aust_s,
        cast(coalesce(resets.reset_gap_s, 0) as double) as reset_gap_s,
        coalesce(silence.no_data_s, 0) as shift_no_data_s,
        elements._source_ingested_at
    from elements
    left join worked
        on
            elements.equipment_id = worked.equipment_id
            and elements.operation_id = worked.operation_id
            and elements.shift_id = worked.shift_id
    left join resets
        on
            elements.equipment_id = resets.equipment_id
            and elements.operation_id = resets.operation_id
            and elements.shift_id = resets.shift_id
    left join silence
        on elements.equipment_id = silence.equipment_id and elements.shift_id = silence.shift_id
)

select * from described
