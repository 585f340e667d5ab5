with source as (
    select * from {{ source('supply_alerts', 'alerts') }}
),

renamed as (
    select
        alert_id,
        alert_kind,
        severity,
        status,
        supplier_no,
        material_no,
        country,
        headline,
        expected_delay_d,
        started_at,
        ended_at,
        updated_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
