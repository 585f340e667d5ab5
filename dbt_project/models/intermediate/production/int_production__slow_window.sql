with counter_windows as (
    select * from {{ ref('int_production__counter_window') }}
    where planned_run_s is not null
),

runs as (
    select * from {{ ref('int_production__mapped_piece') }}
    where time_element = 'apt'
),

run_days as (
    {{ by_day('runs') }}
),

window_days as (
    {{ by_day('counter_windows') }}
),

measured as (
    -- pieces are compared with the time that the machine ran, not with the time between the readings
    select
        window_days.equipment_id,
        window_days.window_id,
        window_days.started_at,
        window_days.ended_at,
        window_days.planned_run_s,
        sum({{ seconds_between(
            'greatest(window_days.started_at, run_days.started_at)',
            'least(window_days.ended_at, run_days.ended_at)'
        ) }}) as run_s
    from window_days
    inner join run_days
        on
            window_days.equipment_id = run_days.equipment_id
            and window_days.day_no = run_days.day_no
            and window_days.started_at < run_days.ended_at
            and window_days.ended_at > run_days.started_at
    where window_days.day_no = {{ day_of('greatest(window_days.started_at, run_days.started_at)') }}
    group by 1, 2, 3, 4, 5
),

slow as (
    select
        *,
        case
            when lag(ended_at) over (partition by equipment_id order by started_at) = started_at then 0
            else 1
        end as is_new
    from measured
    where planned_run_s < {{ production_parameter('low_speed_ratio') }} * run_s
),

numbered as (
    select
        *,
        sum(is_new) over (partition by equipment_id order by started_at) as stretch_no
    from slow
),

stretches as (
    select
        equipment_id,
        min(window_id) as window_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered
    group by equipment_id, stretch_no
)

select * from stretches
