with source as (
    select * from {{ source('odoo', 'mrp_workcenter') }}
),

renamed as (
    select
        id as workcenter_id,
        name as workcenter_name,
        code as workcenter_code,
        active as is_active,
        time_efficiency as time_efficiency_pct,
        costs_hour as cost_per_hour,
        oee_target as oee_target_pct,
        resource_calendar_id,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
