-- The mean stands for the characteristic; SAP keeps single values elsewhere. It names no machine.
with results as (
    select * from {{ ref('stg_sap_ecc__qamr') }}
),

characteristics as (
    select * from {{ ref('stg_sap_ecc__qamv') }}
),

lots as (
    select * from {{ ref('stg_sap_ecc__qals') }}
),

described as (
    select
        {{ site_id('lots.site_code', strip_zeros('results.inspection_lot_no')) }}
        || '-' || results.operation_node || '-' || results.characteristic_no as inspection_id,
        lots.site_code,
        {{ site_id('lots.site_code', 'lots.order_no') }} as order_id,
        cast(null as string) as operation_no,
        lots.material_id,
        cast(null as string) as equipment_id,
        coalesce(characteristics.characteristic, results.characteristic_no) as characteristic,
        results.mean_value as measured_value,
        characteristics.nominal_value,
        case when characteristics.has_lower_limit then characteristics.lower_limit end as lower_limit,
        case when characteristics.has_upper_limit then characteristics.upper_limit end as upper_limit,
        characteristics.unit,
        results.inspected_at,
        case results.valuation when 'A' then true when 'R' then false end as is_ok,
        case when results.valuation = 'R' then results.defect_class end as defect_code,
        greatest(results._ingested_at, characteristics._ingested_at, lots._ingested_at) as _source_ingested_at
    from results
    inner join lots on results.client = lots.client and results.inspection_lot_no = lots.inspection_lot_no
    left join characteristics
        on
            results.client = characteristics.client
            and results.inspection_lot_no = characteristics.inspection_lot_no
            and results.operation_node = characteristics.operation_node
            and results.characteristic_no = characteristics.characteristic_no
)

select * from described
