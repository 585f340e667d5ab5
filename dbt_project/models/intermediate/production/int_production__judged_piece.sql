{{ config(materialized='table') }}

with pieces as (
    select
        *,
        coalesce(state, evidence) as stretch_state,
        {{ seconds_between('started_at', 'ended_at') }} as duration_s
    from {{ ref('int_production__speed_piece') }}
),

element_changes as (
    select
        *,
        case when lag(time_element) over by_time = time_element then 0 else 1 end as is_new_element
    from pieces
    window by_time as (partition by equipment_id order by started_at)
),

element_runs as {{ once() }} (
    select
        *,
        cast(sum(is_new_element) over (partition by equipment_id order by started_at) as bigint) as run_no
    from element_changes
),

runs as (
    select
        equipment_id,
        run_no,
        max(time_element) as time_element,
        sum(duration_s) as run_s,
        lag(max(time_element)) over (partition by equipment_id order by run_no) as element_before,
        lead(max(time_element)) over (partition by equipment_id order by run_no) as element_after
    from element_runs
    group by equipment_id, run_no
),

restarts as (
    -- a run that is too short between two stops is a vain restart: the stop goes on
    select
        element_runs.*,
        runs.time_element = 'apt'
        and runs.run_s < {{ production_parameter('minimum_run_s') }}
        and coalesce(runs.element_before = 'adet' and runs.element_after = 'adet', false) as is_vain
    from element_runs
    inner join runs on element_runs.equipment_id = runs.equipment_id and element_runs.run_no = runs.run_no
),

judged as (
    select
        *,
        case when is_vain then 'adet' else time_element end as judged_element,
        {{ last_known('case when not is_vain then stretch_state end', 'equipment_id', 'started_at') }}
            as stop_state,
        {{ last_known(
            'case when not is_vain then coalesce(given_reason_id, map_reason_id) end', 'equipment_id', 'started_at'
        ) }} as stop_reason_id
    from restarts
)

select * from judged
