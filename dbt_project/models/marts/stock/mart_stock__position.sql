with balances as (
    select
        site_code,
        material_id,
        quantity_unit,
        sum(on_hand_qty) as on_hand_qty
    from {{ ref('fct_stock_balance') }}
    group by site_code, material_id, quantity_unit
),

movements as (
    select
        site_code,
        material_id,
        quantity_unit,
        sum(case when moved_qty > 0 then moved_qty else 0 end) as moved_in_qty,
        sum(case when moved_qty < 0 then abs(moved_qty) else 0 end) as moved_out_qty,
        max(posting_date) as last_movement_date
    from {{ ref('fct_stock_movement') }}
    group by site_code, material_id, quantity_unit
),

materials as (
    select * from {{ ref('dim_material') }}
),

positions as (
    select
        balances.on_hand_qty,
        movements.moved_in_qty,
        movements.moved_out_qty,
        movements.last_movement_date,
        coalesce(balances.site_code, movements.site_code) as site_code,
        coalesce(balances.material_id, movements.material_id) as material_id,
        coalesce(balances.quantity_unit, movements.quantity_unit) as quantity_unit
    from balances
    full outer join movements
        on
            balances.site_code = movements.site_code
            and balances.material_id = movements.material_id
            and balances.quantity_unit = movements.quantity_unit
)

select
    positions.site_code,
    positions.material_id,
    materials.material_name,
    positions.quantity_unit,
    cast(positions.on_hand_qty as decimal(18, 4)) as on_hand_qty,
    cast(positions.on_hand_qty * materials.standard_cost as decimal(18, 4)) as on_hand_amount,
    cast(coalesce(positions.moved_in_qty, 0) as decimal(18, 4)) as moved_in_qty,
    cast(coalesce(positions.moved_out_qty, 0) as decimal(18, 4)) as moved_out_qty,
    positions.last_movement_date
from positions
left join materials on positions.material_id = materials.material_id
