{% set site = source_site('b2mml') %}
{% set zone = source_site('b2mml', 'timezone') %}
select
    {{ site_id(site, 'response_id') }} || '-' || segment_code || '-' || cast(actual_no as string)
    || '-' || cast(quantity_no as string) as movement_id,
    {{ site }} as site_code,
    material_id,
    storage_location,
    batch_no,
    material_use as movement_type,
    cast({{ utc_to_local('posted_at', zone) }} as date) as posting_date,
    direction * quantity as moved_qty,
    quantity_unit,
    {{ site_id(site, 'order_no') }} as order_id,
    case
        when lower(material_use) like '%produced' then 'product'
        when lower(material_use) in ('consumed', 'consumable') then 'component'
    end as order_role,
    null as amount,
    null as currency,
    _ingested_at as _source_ingested_at
from {{ ref('int_b2mml__material_move') }}
where direction is not null and quantity is not null
