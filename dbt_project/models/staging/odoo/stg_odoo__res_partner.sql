with source as (
    select * from {{ source('odoo', 'res_partner') }}
),

renamed as (
    select
        id as partner_id,
        name as partner_name,
        ref as partner_no,
        vat as tax_no,
        zip as postal_code,
        city,
        is_company,
        supplier_rank,
        customer_rank,
        country_id,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
