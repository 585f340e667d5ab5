with results as (
    select * from {{ ref('stg_mes__inspection_results') }}
),

machines as (
    select distinct
        site_code,
        equipment_code,
        equipment_id
    from {{ ref('int_master__equipment') }}
    where site_code = {{ source_site('mes') }}
),

identified as (
    select
        {{ site_id('machines.site_code', 'results.inspection_id') }} as inspection_id,
        machines.site_code,
        {{ site_id('machines.site_code', 'results.order_no') }} as order_id,
        results.operation_no,
        results.material_id,
        machines.equipment_id,
        results.characteristic,
        results.measured_value,
        results.nominal_value,
        results.lower_limit,
        results.upper_limit,
        results.unit,
        results.inspected_at,
        results.result = 'OK' as is_ok,
        results.defect_code,
        results._ingested_at as _source_ingested_at
    from results
    inner join machines on results.equipment_code = machines.equipment_code
)

select * from identified
