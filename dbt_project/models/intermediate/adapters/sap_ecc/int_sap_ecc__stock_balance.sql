-- What is in inspection or blocked is in stock as well: receipts of it are among the movements.
select
    stocks.site_code || '-' || stocks.material_id || '-' || stocks.storage_location as stock_balance_id,
    stocks.site_code,
    stocks.material_id,
    {{ site_id('stocks.site_code', 'stocks.storage_location') }} as storage_location_id,
    stocks.storage_location as storage_location_name,
    materials.base_unit as quantity_unit,
    cast(
        coalesce(stocks.unrestricted_qty, 0)
        + coalesce(stocks.inspected_qty, 0)
        + coalesce(stocks.blocked_qty, 0)
        as decimal(18, 4)
    ) as on_hand_qty,
    greatest(stocks._ingested_at, materials._ingested_at) as _source_ingested_at
from {{ ref('stg_sap_ecc__mard') }} as stocks
left join {{ ref('stg_sap_ecc__mara') }} as materials
    on stocks.client = materials.client and stocks.material_id = materials.material_id
where not stocks.is_deleted
