with source as (
    select * from {{ source('odoo', 'mrp_workcenter_productivity') }}
),

renamed as (
    select
        id as workcenter_productivity_id,
        workcenter_id,
        workorder_id,
        loss_id,
        date_start as started_at,
        date_end as ended_at,
        duration as duration_min,
        description as remark,
        user_id as user_code,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
