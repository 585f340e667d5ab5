with checks as (
    select * from {{ ref('stg_odoo__quality_check') }}
    where verdict in ('pass', 'fail')
),

points as (
    select * from {{ ref('stg_odoo__quality_point') }}
),

products as (
    select * from {{ ref('int_odoo__product') }}
),

work_orders as (
    select * from {{ ref('int_odoo__work_order') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
)

select
    {{ site_id(source_site('odoo'), 'cast(checks.check_id as string)') }} as inspection_id,
    {{ source_site('odoo') }} as site_code,
    work_orders.order_id,
    work_orders.operation_no,
    products.material_id,
    work_centres.equipment_id,
    points.characteristic,
    checks.measured_value,
    points.nominal_value,
    points.lower_limit,
    points.upper_limit,
    points.unit,
    checks.inspected_at,
    checks.verdict = 'pass' as is_ok,
    null as defect_code,
    greatest(checks._ingested_at, points._ingested_at) as _source_ingested_at
from checks
left join points on checks.point_id = points.point_id
left join products on checks.product_id = products.product_id
left join work_orders on checks.workorder_id = work_orders.workorder_id
left join work_centres on work_orders.workcenter_id = work_centres.workcenter_id
