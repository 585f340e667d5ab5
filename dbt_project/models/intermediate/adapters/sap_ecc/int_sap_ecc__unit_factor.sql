with materials as (
    select * from {{ ref('stg_sap_ecc__mara') }}
),

alternatives as (
    select * from {{ ref('stg_sap_ecc__marm') }}
),

factors as (
    -- the base unit of a material in use never changes, so re-exports of MARA name nothing to recompute
    select
        client,
        material_id,
        base_unit as unit,
        base_unit,
        cast(1 as double) as base_per_unit,
        null as _ingested_at
    from materials
    union all
    select
        alternatives.client,
        alternatives.material_id,
        alternatives.unit,
        materials.base_unit,
        {{ ratio('alternatives.numerator', 'alternatives.denominator') }} as base_per_unit,
        alternatives._ingested_at
    from alternatives
    inner join materials
        on
            alternatives.client = materials.client
            and alternatives.material_id = materials.material_id
            and alternatives.unit <> materials.base_unit
)

select * from factors
