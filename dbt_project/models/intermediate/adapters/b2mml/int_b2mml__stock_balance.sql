-- The newest report on a lot or sublot counts.
{% set site = source_site('b2mml') %}
with reports as (
    select
        *,
        row_number() over (
            partition by item_kind, item_id, storage_location
            order by coalesce(message_created_at, _ingested_at) desc, _ingested_at desc, _source_row desc
        ) as version_rank
    from {{ ref('stg_b2mml__inventory') }}
    where quantity_no = 1
),

lots as (
    select * from {{ ref('stg_b2mml__material_lots') }}
)

select
    {{ site_id(site, 'reports.item_kind') }} || '-' || reports.item_id || '-'
    || coalesce(reports.storage_location, '') as stock_balance_id,
    {{ site }} as site_code,
    coalesce(
        reports.material_definition_id, lots.material_definition_id,
        reports.material_information_id, lots.material_information_id
    ) as material_id,
    {{ site_id(site, 'reports.storage_location') }} as storage_location_id,
    reports.storage_location as storage_location_name,
    reports.uom as quantity_unit,
    reports.quantity as on_hand_qty,
    greatest(reports._ingested_at, lots._ingested_at) as _source_ingested_at
from reports
left join lots on coalesce(reports.material_lot_id, reports.item_id) = lots.material_lot_id
where reports.version_rank = 1
