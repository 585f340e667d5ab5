with source as (
    select * from {{ source('canonical', 'reason') }}
),

renamed as (
    select
        site_code,
        reason_code,
        parent_reason_code,
        reason_name,
        loss_category,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
