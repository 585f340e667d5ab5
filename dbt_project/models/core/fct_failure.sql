with breakdowns as (
    select * from {{ ref('int_maintenance__notification') }}
    where is_breakdown and malfunction_started_at is not null
),

intervals as (
    select * from {{ ref('fct_state_interval') }}
    where time_element = 'apt'
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

{{ interval_days() }},

failures as (
    select
        *,
        lag(coalesce(malfunction_ended_at, malfunction_started_at)) over (
            partition by equipment_id order by malfunction_started_at, notification_id
        ) as previous_ended_at
    from breakdowns
),

-- Production between the end of the failure before and this one; before the first failure it is not known.
operating as (
    select
        failures.notification_id,
        sum({{ seconds_between(
            'greatest(intervals.started_at, failures.previous_ended_at)',
            'least(intervals.ended_at, failures.malfunction_started_at)'
        ) }}) as operating_before_s
    from failures
    inner join intervals
        on
            failures.equipment_id = intervals.equipment_id
            and failures.previous_ended_at < intervals.ended_at
            and failures.malfunction_started_at > intervals.started_at
    group by failures.notification_id
)

select
    failures.notification_id as failure_id,
    equipment.equipment_key,
    failures.equipment_id,
    failures.site_code,
    failures.maintenance_order_id,
    failures.failure_mode_code,
    failures.notification_text as failure_text,
    failures.malfunction_started_at as started_at,
    failures.malfunction_ended_at as ended_at,
    {{ context_columns() }},
    context.order_id,
    context.operation_id,
    context.material_id,
    failures.malfunction_ended_at is null as is_censored,
    {{ seconds_between('failures.malfunction_started_at', 'failures.malfunction_ended_at') }} as repair_s,
    case when failures.previous_ended_at is not null then coalesce(operating.operating_before_s, 0) end
        as operating_before_s,
    failures._source_ingested_at
from failures
left join operating on failures.notification_id = operating.notification_id
{{ interval_at('failures.equipment_id', 'failures.malfunction_started_at') }}
left join equipment
    on
        failures.equipment_id = equipment.equipment_id
        and cast(failures.malfunction_started_at as date) >= equipment.valid_from
        and cast(failures.malfunction_started_at as date) < equipment.valid_to
