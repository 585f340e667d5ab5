with source as (
    select * from {{ source('canonical', 'customer') }}
),

renamed as (
    select
        customer_no,
        customer_name,
        customer_type,
        territory,
        country,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
