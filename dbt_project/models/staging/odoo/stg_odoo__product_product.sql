with source as (
    select * from {{ source('odoo', 'product_product') }}
),

renamed as (
    select
        id as product_id,
        product_tmpl_id as product_template_id,
        default_code as material_no,
        barcode,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
