{%- set count = 'coalesce(failures.failure_count, 0)' %}

with equipment as (
    select * from {{ ref('dim_equipment') }}
    where is_current
),

elements as (
    select
        equipment_id,
        sum(apt_s) as operating_s,
        sum(cmt_s) as cmt_s,
        sum(pmt_s) as pmt_s
    from {{ ref('fct_time_element') }}
    group by equipment_id
),

observed as (
    select
        equipment_id,
        max(ended_at) as observed_to
    from {{ ref('fct_state_interval') }}
    group by equipment_id
),

-- A failure without an end was under repair until the equipment was last observed.
failures as (
    select
        failures.equipment_id,
        count(*) as failure_count,
        count(case when failures.is_censored then 1 end) as open_failure_count,
        count(failures.repair_s) as repaired_count,
        sum(failures.repair_s) as repair_s,
        sum(case
            when failures.is_censored
                then greatest({{ seconds_between('failures.started_at', 'observed.observed_to') }}, 0)
            else 0
        end) as open_repair_s,
        max(failures.started_at) as last_failure_at
    from {{ ref('fct_failure') }} as failures
    left join observed on failures.equipment_id = observed.equipment_id
    group by failures.equipment_id
),

orders as (
    select
        equipment_id,
        count(case when is_corrective then 1 end) as corrective_order_count,
        count(case when not is_corrective then 1 end) as preventive_order_count,
        sum(case when is_corrective then actual_cost end) as corrective_cost,
        sum(case when not is_corrective then actual_cost end) as preventive_cost,
        sum(actual_cost) as maintenance_cost
    from {{ ref('fct_maintenance_order') }}
    where equipment_id is not null
    group by equipment_id
)

select
    equipment.equipment_key,
    equipment.equipment_id,
    equipment.equipment_name,
    equipment.equipment_class,
    equipment.site_code,
    equipment.area,
    equipment.line,
    elements.operating_s,
    coalesce(failures.failure_count, 0) as failure_count,
    coalesce(failures.open_failure_count, 0) as open_failure_count,
    failures.repair_s,
    {{ ratio('elements.operating_s', 'failures.failure_count') }} as mtbf_s,
    {{ ratio('failures.repair_s', 'failures.repaired_count') }} as mttr_s,
    failures.open_repair_s,
    {{ ratio('(coalesce(failures.repair_s, 0) + failures.open_repair_s)', 'failures.repaired_count') }}
        as mttr_censored_s,
    {{ ratio('3600 * ' ~ count, 'elements.operating_s') }} as failure_rate_per_h,
    {{ ratio('3600 * ' ~ poisson_bound(count, 'lower'), 'elements.operating_s') }}
        as failure_rate_lower_per_h,
    {{ ratio('3600 * ' ~ poisson_bound(count, 'upper'), 'elements.operating_s') }}
        as failure_rate_upper_per_h,
    elements.cmt_s,
    elements.pmt_s,
    {{ ratio('elements.cmt_s', '(elements.cmt_s + elements.pmt_s)') }} as corrective_ratio,
    coalesce(orders.corrective_order_count, 0) as corrective_order_count,
    coalesce(orders.preventive_order_count, 0) as preventive_order_count,
    cast(orders.corrective_cost as decimal(18, 4)) as corrective_cost,
    cast(orders.preventive_cost as decimal(18, 4)) as preventive_cost,
    {{ ratio('coalesce(orders.corrective_cost, 0)', 'orders.maintenance_cost') }} as emergency_cost_ratio,
    failures.last_failure_at
from equipment
left join elements on equipment.equipment_id = elements.equipment_id
left join failures on equipment.equipment_id = failures.equipment_id
left join orders on equipment.equipment_id = orders.equipment_id
