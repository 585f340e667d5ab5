with judged as (
    select * from {{ ref('int_production__judged_piece') }}
),

stop_changes as (
    select
        *,
        coalesce(lag(stretch_state) over by_time <> stretch_state, true) as is_state_start,
        case
            when
                lag(judged_element) over by_time = judged_element
                and lag(stop_state) over by_time = stop_state
                then 0
            else 1
        end as is_new_stop
    from judged
    window by_time as (partition by equipment_id order by started_at)
),

stops as (
    select
        *,
        sum(is_new_stop) over (partition by equipment_id order by started_at) as stop_no
    from stop_changes
),

measured as (
    select
        *,
        judged_element = 'adet'
        and sum(duration_s) over (partition by equipment_id, stop_no)
        <= {{ production_parameter('micro_stop_s') }} as is_micro_stop
    from stops
),

described as (
    select
        equipment_id,
        site_code,
        production_day,
        shift_id,
        shift_code,
        started_at,
        ended_at,
        duration_s,
        state_event_id,
        is_state_start,
        state,
        mode,
        is_planned,
        case when is_vain then 'minimum_run' else evidence end as evidence,
        judged_element as time_element,
        is_micro_stop,
        is_low_speed and not is_vain as is_low_speed,
        is_corrective_maintenance,
        is_preventive_maintenance,
        coalesce(
            case when is_vain then stop_reason_id end,
            given_reason_id,
            case
                when is_low_speed then {{ site_id('site_code', "'20000'") }}
                when is_micro_stop and map_reason_id = {{ site_id('site_code', "'40000'") }}
                    then {{ site_id('site_code', "'50000'") }}
            end,
            map_reason_id
        ) as reason_id,
        order_id,
        operation_id,
        material_id,
        _source_ingested_at
    from measured
)

select * from described
