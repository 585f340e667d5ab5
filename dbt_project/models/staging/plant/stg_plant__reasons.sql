with source as (
    select * from {{ source('plant', 'reasons') }}
),

renamed as (
    select
        site_code,
        reason_code,
        parent_code as parent_reason_code,
        reason_name,
        loss_category,
        _ingested_at
    from source
)

select * from renamed
