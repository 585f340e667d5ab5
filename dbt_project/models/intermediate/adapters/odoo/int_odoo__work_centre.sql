with work_centres as (
    select * from {{ ref('stg_odoo__mrp_workcenter') }}
),

machines as (
    -- only a work centre of one machine names the machine
    select
        work_centre_code,
        {{ site_id('site_code', 'min(equipment_code)') }} as equipment_id
    from {{ ref('stg_plant__equipment') }}
    where site_code = {{ source_site('odoo') }}
    group by site_code, work_centre_code
    having count(distinct equipment_code) = 1
),

identified as (
    select
        work_centres.workcenter_id,
        {{ source_site('odoo') }} as site_code,
        {{ site_id(source_site('odoo'), 'work_centres.workcenter_code') }} as work_centre_id,
        work_centres.workcenter_name as work_centre_name,
        machines.equipment_id,
        work_centres.time_efficiency_pct,
        work_centres.cost_per_hour
    from work_centres
    left join machines on work_centres.workcenter_code = machines.work_centre_code
)

select * from identified
