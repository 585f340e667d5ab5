-- A loss stands below the reason that the plant's state map gives it; one that the map lacks, at the top.
with losses as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity_loss') }}
),

state_map as (
    select * from {{ ref('stg_plant__state_map') }}
    where source_system = 'odoo'
),

groups as (
    select * from {{ ref('stg_plant__reasons') }}
    where site_code = {{ source_site('odoo') }}
)

select
    {{ site_id(source_site('odoo'), "'L' || cast(losses.loss_id as string)") }} as reason_id,
    'L' || cast(losses.loss_id as string) as reason_code,
    {{ site_id('groups.site_code', 'groups.reason_code') }} as parent_reason_id,
    losses.reason_name,
    coalesce(groups.loss_category, 'none') as loss_category,
    greatest(losses._ingested_at, state_map._ingested_at, groups._ingested_at) as _source_ingested_at
from losses
left join state_map on losses.reason_name = state_map.state
left join groups on state_map.reason_code = groups.reason_code
