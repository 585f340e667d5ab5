with source as (
    select * from {{ source('odoo', 'account_analytic_line') }}
),

renamed as (
    select
        id as entry_id,
        name as entry_text,
        date as posted_date,
        amount,
        unit_amount as unit_qty,
        maintenance_request_id,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at
    from source
)

select * from renamed
