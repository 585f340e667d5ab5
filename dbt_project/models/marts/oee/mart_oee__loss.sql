with intervals as (
    select * from {{ ref('fct_state_interval') }}
    where time_element in ('aust', 'adet', 'adot', 'no_data')
),

elements as (
    select * from {{ ref('fct_time_element') }}
),

reasons as (
    select * from {{ ref('dim_reason') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

-- Share of an operation's scrap that was booked as start-up loss; nothing else tells start-up pieces apart.
startup_scrap as (
    select
        confirmations.operation_id,
        {{ ratio(
            "sum(case when reasons.loss_category = 'startup_yield' then confirmations.scrap_qty else 0 end)",
            'sum(confirmations.scrap_qty)'
        ) }} as startup_share
    from {{ ref('fct_confirmation') }} as confirmations
    left join reasons on confirmations.scrap_reason_id = reasons.reason_id
    group by confirmations.operation_id
),

standing as (
    select
        intervals.equipment_key,
        intervals.production_day,
        case
            when intervals.time_element = 'aust' then 'setup_adjustment'
            when intervals.time_element = 'no_data' then 'no_data'
            when intervals.time_element = 'adot' then 'not_available'
            when intervals.is_micro_stop then 'minor_stop'
            when intervals.is_corrective_maintenance then 'breakdown'
            when reasons.loss_category in ('breakdown', 'setup_adjustment', 'minor_stop', 'not_available')
                then reasons.loss_category
            else 'unexplained'
        end as loss_code,
        intervals.duration_s as loss_s
    from intervals
    left join reasons on intervals.reason_id = reasons.reason_id
),

running as (
    select
        elements.equipment_key,
        elements.production_day,
        elements.apt_s,
        elements.planned_run_s,
        elements.planned_run_good_s,
        (elements.planned_run_s - elements.planned_run_good_s) * coalesce(startup_scrap.startup_share, 0)
            as startup_s
    from elements
    left join startup_scrap on elements.operation_id = startup_scrap.operation_id
),

losses as (
    select * from standing
    {%- for loss, seconds in [
        ('reduced_speed', 'apt_s - planned_run_s'), ('startup_yield', 'startup_s'),
        ('process_defect', 'planned_run_s - planned_run_good_s - startup_s'), ('none', 'planned_run_good_s')
    ] %}
    union all
    select
        equipment_key,
        production_day,
        '{{ loss }}' as loss_code,
        {{ seconds }} as loss_s
    from running
    {%- endfor %}
),

summed as (
    select
        equipment_key,
        production_day,
        loss_code,
        sum(loss_s) as loss_s
    from losses
    group by equipment_key, production_day, loss_code
)

select
    summed.equipment_key,
    equipment.equipment_id,
    equipment.equipment_name,
    equipment.site_code,
    equipment.area,
    equipment.line,
    summed.production_day,
    summed.loss_code,
    case
        when summed.loss_code in ('breakdown', 'setup_adjustment') then 'availability'
        when summed.loss_code in ('minor_stop', 'reduced_speed') then 'performance'
        when summed.loss_code in ('process_defect', 'startup_yield') then 'quality'
    end as big_loss_factor,
    summed.loss_s,
    {{ ratio('summed.loss_s', 'sum(summed.loss_s) over busy') }} as busy_share
from summed
left join equipment on summed.equipment_key = equipment.equipment_key
where summed.loss_s <> 0
window busy as (partition by summed.equipment_key, summed.production_day)
