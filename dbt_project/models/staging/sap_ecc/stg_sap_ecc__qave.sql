with source as (
    select * from {{ source('sap_ecc', 'qave') }}
),

renamed as (
    select
        mandt as client,
        prueflos as inspection_lot_no,
        kzart as decision_kind,
        zaehler as decision_no,
        vcode as usage_decision_code,
        vbewertung as valuation,
        qkennzahl as quality_score,
        vdatum as decided_date,
        _ingested_at
    from source
)

select * from renamed
