with source as (
    select * from {{ source('odoo', 'sale_order') }}
),

renamed as (
    select
        id as sales_order_id,
        name as sales_order_no,
        partner_id,
        currency_id,
        state as order_state,
        date_order as ordered_at,
        commitment_date as due_at,
        effective_date as delivered_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
