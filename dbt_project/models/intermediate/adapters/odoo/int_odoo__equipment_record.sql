-- A serial number is told only where a work centre is one machine.
with machines as (
    select
        workcenter_id,
        min(serial_no) as serial_no
    from {{ ref('stg_odoo__maintenance_equipment') }}
    group by workcenter_id
    having count(*) = 1
)

select
    {{ site_id(source_site('odoo'), 'centres.workcenter_code') }} as equipment_record_id,
    {{ source_site('odoo') }} as site_code,
    centres.workcenter_name as equipment_name,
    null as equipment_class,
    null as equipment_code,
    centres.workcenter_code as work_centre_code,
    null as erp_equipment_code,
    machines.serial_no,
    centres._ingested_at as _source_ingested_at
from {{ ref('stg_odoo__mrp_workcenter') }} as centres
left join machines on centres.workcenter_id = machines.workcenter_id
where centres.workcenter_code is not null
