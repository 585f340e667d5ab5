with source as (
    select * from {{ source('odoo', 'mrp_bom') }}
),

renamed as (
    select
        id as bom_id,
        code as bom_code,
        type as bom_type,
        product_tmpl_id as product_template_id,
        product_id,
        product_qty as base_qty,
        product_uom_id as uom_id,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
