with source as (
    select * from {{ source('sap_ecc', 'qamv') }}
),

renamed as (
    select
        mandt as client,
        prueflos as inspection_lot_no,
        vorglfnr as operation_node,
        merknr as characteristic_no,
        kurztext as characteristic,
        sollwert as nominal_value,
        toleranzun as lower_limit,
        toleranzob as upper_limit,
        coalesce(tolunni = 'X', false) as has_lower_limit,
        coalesce(tolobni = 'X', false) as has_upper_limit,
        masseinhsw as unit,
        _ingested_at
    from source
)

select * from renamed
