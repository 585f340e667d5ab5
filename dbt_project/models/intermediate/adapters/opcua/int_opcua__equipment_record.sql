-- A server names a machine by the node above its counters: ns=2;s=G1/M01/PartsTotal belongs to G1/M01.
with nodes as (
    select
        site_code,
        equipment_code,
        {{ replace_all('tag', '^.*;s=|[/.][^/.]*$', '') }} as node,
        _ingested_at
    from {{ ref('stg_plant__counter_tags') }}
    where source_system = 'opcua'
)

select
    {{ site_id('site_code', 'node') }} as equipment_record_id,
    site_code,
    null as equipment_name,
    null as equipment_class,
    min(equipment_code) as equipment_code,
    null as work_centre_code,
    null as erp_equipment_code,
    null as serial_no,
    min(_ingested_at) as _source_ingested_at
from nodes
group by site_code, node
