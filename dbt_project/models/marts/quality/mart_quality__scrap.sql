with confirmations as (
    select * from {{ ref('fct_confirmation') }}
),

orders as (
    select * from {{ ref('fct_production_order') }}
),

confirmed_orders as (
    select distinct order_id from confirmations
),

materials as (
    select * from {{ ref('dim_material') }}
),

reasons as (
    select * from {{ ref('dim_reason') }}
),

scrapped as (
    select
        site_code,
        material_id,
        work_centre_id,
        equipment_id,
        scrap_reason_id,
        order_id,
        scrap_qty,
        yield_qty + scrap_qty + rework_qty as produced_qty
    from confirmations
    union all
    -- a system without confirmations reports scrap with the order
    select
        orders.site_code,
        orders.material_id,
        null as work_centre_id,
        null as equipment_id,
        orders.scrap_reason_id,
        orders.order_id,
        orders.scrapped_qty as scrap_qty,
        orders.received_qty + orders.scrapped_qty as produced_qty
    from orders
    left join confirmed_orders on orders.order_id = confirmed_orders.order_id
    where confirmed_orders.order_id is null
),

totals as (
    select
        *,
        sum(produced_qty) over (partition by site_code, material_id, work_centre_id) as all_produced_qty
    from scrapped
),

summed as (
    select
        site_code,
        material_id,
        work_centre_id,
        min(equipment_id) as equipment_id,
        scrap_reason_id,
        count(distinct order_id) as order_count,
        sum(scrap_qty) as scrap_qty,
        max(all_produced_qty) as produced_qty
    from totals
    where scrap_qty <> 0
    group by site_code, material_id, work_centre_id, scrap_reason_id
),

described as (
    select
        summed.site_code,
        summed.material_id,
        materials.material_name,
        coalesce(summed.work_centre_id, 'NONE') as work_centre_id,
        summed.equipment_id,
        coalesce(summed.scrap_reason_id, 'NONE') as scrap_reason_id,
        coalesce(reasons.reason_name, summed.scrap_reason_id, 'Not given') as scrap_reason_name,
        summed.order_count,
        cast(summed.scrap_qty as decimal(18, 4)) as scrap_qty,
        cast(summed.produced_qty as decimal(18, 4)) as produced_qty,
        {{ ratio('summed.scrap_qty', 'summed.produced_qty') }} as scrap_ratio
    from summed
    left join materials on summed.material_id = materials.material_id
    left join reasons on summed.scrap_reason_id = reasons.reason_id
)

select * from described
