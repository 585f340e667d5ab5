-- The log knows machines by name only: each is its own line. What the plant's own table names stays as there.
{% set site = source_site('mes_event_log') %}
with machines as (
    select
        equipment_code,
        min(_ingested_at) as _ingested_at
    from {{ ref('stg_mes_event_log__reports') }}
    group by 1
),

known as (
    select distinct equipment_code from {{ ref('stg_plant__equipment') }}
)

select
    {{ site_id(site, 'machines.equipment_code') }} as equipment_id,
    {{ site }} as site_code,
    machines.equipment_code,
    machines.equipment_code as equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    'SHOP' as area,
    'Shop floor' as area_name,
    machines.equipment_code as line,
    machines.equipment_code as line_name,
    'NONE' as calendar_code,
    machines.equipment_code as work_centre_code,
    cast(null as string) as erp_equipment_code,
    cast(null as string) as equipment_class,
    cast(null as date) as valid_from,
    machines._ingested_at as _source_ingested_at
from machines
left join known on machines.equipment_code = known.equipment_code
where known.equipment_code is null
