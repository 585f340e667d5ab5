select
    material_id,
    material_id as material_name,
    cast(null as string) as material_type,
    cast(null as string) as material_group,
    'PCE' as base_unit,
    cast(null as decimal(18, 4)) as standard_cost,
    true as is_made_in_house,
    cast(null as string) as gtin,
    {{ no_instant() }} as changed_at,
    max(_ingested_at) as _source_ingested_at
from {{ ref('stg_mes_event_log__reports') }}
group by material_id
