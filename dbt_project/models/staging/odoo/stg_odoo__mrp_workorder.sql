with source as (
    select * from {{ source('odoo', 'mrp_workorder') }}
),

renamed as (
    select
        id as workorder_id,
        name as operation_name,
        production_id,
        workcenter_id,
        operation_id,
        product_id,
        qty_produced as produced_qty,
        qty_producing as producing_qty,
        state as workorder_state,
        date_start as started_at,
        date_finished as finished_at,
        duration_expected as expected_duration_min,
        duration as duration_min,
        sequence as operation_sequence,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
