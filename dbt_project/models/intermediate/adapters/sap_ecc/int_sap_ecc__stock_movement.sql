with items as (
    select * from {{ ref('stg_sap_ecc__mseg') }}
),

documents as (
    select * from {{ ref('stg_sap_ecc__mkpf') }}
),

identified as (
    select
        items.site_code || '-' || items.document_year || '-' || items.document_no || '-' || items.item_no
            as movement_id,
        items.site_code,
        items.material_id,
        items.storage_location,
        items.batch_no,
        items.movement_type,
        documents.posting_date,
        items.moved_qty * case items.direction when 'S' then 1 when 'H' then -1 end as moved_qty,
        items.quantity_unit,
        {{ site_id('items.site_code', 'items.order_no') }} as order_id,
        -- 101 is a receipt from a supplier as well: such a movement is of no production order
        case
            when items.order_no is null then null
            when items.movement_type in ('101', '102', '131', '132', '531', '532') then 'product'
            when items.movement_type in ('261', '262') then 'component'
        end as order_role,
        items.amount * case items.direction when 'S' then 1 when 'H' then -1 end as amount,
        items.currency,
        greatest(items._ingested_at, documents._ingested_at) as _source_ingested_at
    from items
    left join documents
        on
            items.client = documents.client
            and items.document_no = documents.document_no
            and items.document_year = documents.document_year
)

select * from identified
