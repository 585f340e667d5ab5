with source as (
    select * from {{ source('sap_ecc', 'qamr') }}
),

renamed as (
    select
        mandt as client,
        prueflos as inspection_lot_no,
        vorglfnr as operation_node,
        merknr as characteristic_no,
        mittelwert as mean_value,
        anzwertg as value_count,
        anzfehleh as nonconforming_count,
        mbewertg as valuation,
        fehlklasse as defect_class,
        pruefdatub as ended_date,
        inspected_at,
        _ingested_at
    from source
)

select * from renamed
