with source as (
    select * from {{ source('odoo', 'product_template') }}
),

renamed as (
    select
        id as product_template_id,
        case
            when left(name, 1) = '{' then {{ json_field('name', 'en_US') }}
            else name
        end as product_name,
        default_code as material_no,
        uom_id,
        categ_id as category_id,
        type as product_type,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
