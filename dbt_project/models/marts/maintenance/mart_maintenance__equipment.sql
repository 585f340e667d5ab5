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

failures as (
    select
        equipment_id,
        count(*) as failure_count,
        count(case when is_censored then 1 end) as open_failure_count,
        count(repair_s) as repaired_count,
        sum(repair_s) as repair_s,
        max(started_at) as last_failure_at
    from {{ ref('fct_failure') }}
    group by equipment_id
),

orders as (
    select
        equipment_id,
        count(case when is_corrective then 1 end) as corrective_order_count,
        count(case when not is_corrective then 1 end) as preventive_order_count
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
    elements.cmt_s,
    elements.pmt_s,
    {{ ratio('elements.cmt_s', '(elements.cmt_s + elements.pmt_s)') }} as corrective_ratio,
    coalesce(orders.corrective_order_count, 0) as corrective_order_count,
    coalesce(orders.preventive_order_count, 0) as preventive_order_count,
    failures.last_failure_at
from equipment
left join elements on equipment.equipment_id = elements.equipment_id
left join failures on equipment.equipment_id = failures.equipment_id
left join orders on equipment.equipment_id = orders.equipment_id
