with source as (
    select * from {{ source('canonical', 'material_cost') }}
),

renamed as (
    select
        {{ strip_zeros('material_id') }} as material_id,
        valid_from,
        valid_to,
        standard_cost,
        currency,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
