with source as (
    select * from {{ source('odoo', 'mrp_bom_line') }}
),

renamed as (
    select
        id as bom_line_id,
        bom_id,
        product_id as component_product_id,
        product_qty as component_qty,
        product_uom_id as uom_id,
        sequence as component_sequence,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
