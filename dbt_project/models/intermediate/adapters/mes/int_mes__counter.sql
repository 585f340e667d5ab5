with readings as (
    select
        *,
        row_number() over (
            partition by equipment_code, counted_at order by _ingested_at desc, _source_row desc
        ) as arrival_rank
    from {{ ref('stg_mes__counters') }}
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
        machines.site_code,
        machines.equipment_id,
        readings.counted_at,
        {{ site_id('machines.site_code', 'readings.order_no') }} as order_id,
        readings.operation_no,
        readings.material_id,
        readings.total_count,
        readings.scrap_count,
        readings.rework_count,
        cast(null as bigint) as rollover_at,
        readings._ingested_at as _source_ingested_at
    from readings
    inner join machines on readings.equipment_code = machines.equipment_code
    where readings.arrival_rank = 1
)

select * from identified
