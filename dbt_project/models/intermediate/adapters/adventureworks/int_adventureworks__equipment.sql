-- A location is a work centre without machines below it, so it stands as its own line and work unit.
with locations as (
    select
        *,
        case when cost_rate > 0 then 'Manufacturing' else 'Storage' end as kind
    from {{ ref('stg_adventureworks__location') }}
)

select
    {{ site_id(source_site('adventureworks'), 'location_id') }} as equipment_id,
    {{ source_site('adventureworks') }} as site_code,
    location_id as equipment_code,
    location_name as equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    upper(kind) as area,
    kind as area_name,
    location_id as line,
    location_name as line_name,
    'NONE' as calendar_code,
    location_id as work_centre_code,
    cast(null as string) as erp_equipment_code,
    lower(kind) || '_location' as equipment_class,
    cast(null as date) as valid_from,
    _ingested_at as _source_ingested_at
from locations
