-- What came and went back stands in the order unit, in the history of the item: 102 takes back a receipt,
-- 123 a return. SAP knows when goods arrive, not when they are shipped: the last receipt.
with headers as (
    select * from {{ ref('stg_sap_ecc__ekko') }}
    where document_category = 'F'
),

items as (
    select * from {{ ref('stg_sap_ecc__ekpo') }}
),

due as (
    select
        client,
        purchase_order_no,
        line_no,
        max(due_date) as due_date,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_sap_ecc__eket') }}
    group by client, purchase_order_no, line_no
),

followed as (
    select
        client,
        purchase_order_no,
        line_no,
        sum(case movement_type when '101' then moved_qty when '102' then moved_qty * -1 end) as received_qty,
        sum(case movement_type when '122' then moved_qty when '123' then moved_qty * -1 end) as returned_qty,
        max(case when movement_type = '101' then posting_date end) as received_date,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_sap_ecc__ekbe') }}
    where event_kind = '1'
    group by client, purchase_order_no, line_no
),

materials as (
    select * from {{ ref('stg_sap_ecc__mara') }}
),

lines as (
    select
        items.*,
        headers.supplier_no,
        headers.ordered_date,
        headers.currency,
        headers.is_deleted or items.is_deleted as is_cancelled,
        due.due_date,
        coalesce(followed.received_qty, 0) as received_qty,
        coalesce(followed.returned_qty, 0) as returned_qty,
        followed.received_date,
        coalesce(materials.base_unit, items.quantity_unit) as base_unit,
        -- an item without material has no base unit: its own one stands
        case
            when materials.base_unit is not null then {{ ratio('items.numerator', 'items.denominator') }}
        end as base_per_unit,
        greatest(
            items._ingested_at, headers._ingested_at, due._ingested_at, followed._ingested_at
        ) as _source_ingested_at
    from items
    inner join headers
        on items.client = headers.client and items.purchase_order_no = headers.purchase_order_no
    left join due
        on
            items.client = due.client
            and items.purchase_order_no = due.purchase_order_no
            and items.line_no = due.line_no
    left join followed
        on
            items.client = followed.client
            and items.purchase_order_no = followed.purchase_order_no
            and items.line_no = followed.line_no
    left join materials on items.client = materials.client and items.material_id = materials.material_id
)

select
    site_code || '-' || purchase_order_no || '-' || line_no as purchase_line_id,
    site_code,
    purchase_order_no,
    line_no,
    supplier_no as supplier_id,
    material_id,
    case
        when is_cancelled then 'rejected'
        when is_delivered or received_qty - returned_qty >= ordered_qty then 'complete'
        else 'approved'
    end as order_status,
    ordered_date as order_date,
    due_date,
    case when received_qty > 0 then received_date end as shipped_date,
    base_unit as quantity_unit,
    {{ in_base_unit('ordered_qty', 'lines') }} as ordered_qty,
    {{ in_base_unit('received_qty', 'lines') }} as received_qty,
    {{ in_base_unit('returned_qty', 'lines') }} as rejected_qty,
    {{ in_base_unit('received_qty - returned_qty', 'lines') }} as stocked_qty,
    cast(
        cast(net_price as double) / nullif(price_per_qty, 0) / nullif(coalesce(base_per_unit, 1), 0)
        as decimal(18, 4)
    ) as unit_price,
    line_amount,
    currency,
    _source_ingested_at
from lines
