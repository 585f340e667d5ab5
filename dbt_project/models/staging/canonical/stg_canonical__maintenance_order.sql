with source as (
    select * from {{ source('canonical', 'maintenance_order') }}
),

renamed as (
    select
        site_code,
        maintenance_order_no,
        equipment_code,
        notification_no,
        order_type,
        order_text,
        is_corrective,
        created_date,
        started_at,
        ended_at,
        actual_cost,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
