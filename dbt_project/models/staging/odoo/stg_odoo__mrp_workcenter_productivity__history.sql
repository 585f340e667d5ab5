with source as (
    select * from {{ source('odoo', 'mrp_workcenter_productivity__history') }}
),

renamed as (
    select
        id as workcenter_productivity_id,
        workcenter_id,
        date_start as started_at,
        date_end as ended_at,
        _ingested_at
    from source
)

select * from renamed
