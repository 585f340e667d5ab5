with source as (
    select * from {{ source('canonical', 'maintenance_notification') }}
),

renamed as (
    select
        site_code,
        notification_no,
        equipment_code,
        maintenance_order_no,
        notification_type,
        notification_text,
        priority,
        notification_date,
        completed_date,
        is_breakdown,
        malfunction_started_at,
        malfunction_ended_at,
        failure_mode_code,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
