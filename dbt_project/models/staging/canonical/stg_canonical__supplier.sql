with source as (
    select * from {{ source('canonical', 'supplier') }}
),

renamed as (
    select
        supplier_no,
        supplier_name,
        rating,
        is_preferred,
        is_active,
        tax_no,
        postal_code,
        city,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
