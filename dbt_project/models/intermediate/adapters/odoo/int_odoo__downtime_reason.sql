with entries as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity') }}
),

losses as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity_loss') }}
    where loss_type <> 'productive'
)

select
    {{ site_id(source_site('odoo'), padded('entries.workcenter_productivity_id')) }} as state_event_id,
    {{ site_id(source_site('odoo'), "'L' || cast(losses.loss_id as string)") }} as reason_id,
    entries.changed_at as entered_at,
    entries.remark as note,
    entries._ingested_at as _source_ingested_at
from entries
inner join losses on entries.loss_id = losses.loss_id
