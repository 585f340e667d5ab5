with source as (
    select * from {{ source('odoo', 'mrp_routing_workcenter') }}
),

renamed as (
    select
        id as operation_id,
        name as operation_name,
        bom_id,
        workcenter_id,
        sequence as operation_sequence,
        time_mode,
        time_cycle_manual as cycle_min,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
