with source as (
    select * from {{ source('odoo', 'mrp_production') }}
),

renamed as (
    select
        id as production_id,
        name as order_no,
        product_id,
        product_qty as ordered_qty,
        product_uom_id as uom_id,
        bom_id,
        qty_producing as producing_qty,
        state as order_state,
        date_start as started_at,
        date_finished as finished_at,
        date_deadline as deadline_at,
        origin,
        lot_producing_id as lot_id,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
