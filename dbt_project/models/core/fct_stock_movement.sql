with movements as (
    select * from {{ ref('int_stock__stock_movement') }}
),

described as (
    select
        source_system,
        movement_id,
        site_code,
        {{ surrogate_key(['material_id']) }} as material_key,
        material_id,
        storage_location,
        batch_no,
        movement_type,
        posting_date,
        moved_qty,
        quantity_unit,
        {{ surrogate_key(['order_id']) }} as order_key,
        order_id,
        {{ lot_id('site_code', 'material_id', 'batch_no') }} as lot_id,
        order_role,
        amount,
        currency,
        _source_ingested_at
    from movements
)

select * from described
