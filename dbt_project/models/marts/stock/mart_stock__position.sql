with balances as (
    select
        site_code,
        material_id,
        quantity_unit,
        sum(on_hand_qty) as on_hand_qty
    from {{ ref('fct_stock_balance') }}
    group by site_code, material_id, quantity_unit
),

-- A movement is missing in the stock of each day before it; so the mean stock of the period is the stock at
-- its end less the movements, each times its share of days before.
valued as (
    select
        moved.*,
        {{ at_currency_rate('moved.amount') }} as enterprise_amount,
        min(moved.posting_date) over site as first_date,
        max(moved.posting_date) over site as last_date
    from {{ ref('fct_stock_movement') }} as moved
    {{ join_currency_rate('moved.currency', 'moved.posting_date') }}
    window site as (partition by moved.site_code)
),

movements as (
    select
        site_code,
        material_id,
        quantity_unit,
        sum(case when moved_qty > 0 then moved_qty else 0 end) as moved_in_qty,
        sum(case when moved_qty < 0 then abs(moved_qty) else 0 end) as moved_out_qty,
        sum(amount) as moved_amount,
        case when min(currency) = max(currency) then min(currency) end as moved_currency,
        {{ sum_converted('amount', 'enterprise_amount') }} as moved_enterprise_amount,
        max(posting_date) as last_movement_date,
        max({{ days_between('first_date', 'last_date') }}) + 1 as period_days,
        sum(cast(moved_qty as double) * {{ days_between('first_date', 'posting_date') }}) as missed_qty_days
    from valued
    group by site_code, material_id, quantity_unit
),

materials as (
    select * from {{ ref('dim_material') }}
),

sites as (
    {{ site_rows() }}
),

positions as (
    select
        balances.on_hand_qty,
        movements.moved_in_qty,
        movements.moved_out_qty,
        movements.moved_amount,
        movements.moved_currency,
        movements.moved_enterprise_amount,
        movements.last_movement_date,
        movements.period_days,
        movements.missed_qty_days,
        coalesce(balances.site_code, movements.site_code) as site_code,
        coalesce(balances.material_id, movements.material_id) as material_id,
        coalesce(balances.quantity_unit, movements.quantity_unit) as quantity_unit
    from balances
    full outer join movements
        on
            balances.site_code = movements.site_code
            and balances.material_id = movements.material_id
            and balances.quantity_unit = movements.quantity_unit
),

averaged as (
    select
        *,
        on_hand_qty - coalesce({{ ratio('missed_qty_days', 'period_days') }}, 0) as mean_on_hand_qty
    from positions
)

select
    positions.site_code,
    positions.material_id,
    materials.material_name,
    positions.quantity_unit,
    cast(positions.on_hand_qty as decimal(18, 4)) as on_hand_qty,
    cast(positions.on_hand_qty * materials.standard_cost as decimal(18, 4)) as on_hand_amount,
    sites.currency,
    {{ at_currency_rate('positions.on_hand_qty * materials.standard_cost') }} as on_hand_enterprise_amount,
    cast(coalesce(positions.moved_in_qty, 0) as decimal(18, 4)) as moved_in_qty,
    cast(coalesce(positions.moved_out_qty, 0) as decimal(18, 4)) as moved_out_qty,
    case when positions.moved_currency is not null then cast(positions.moved_amount as decimal(18, 4)) end
        as moved_amount,
    positions.moved_currency,
    positions.moved_enterprise_amount,
    {{ enterprise_currency() }} as enterprise_currency,
    positions.last_movement_date,
    cast(positions.period_days as bigint) as period_days,
    cast(positions.mean_on_hand_qty as double) as mean_on_hand_qty,
    {{ ratio('positions.moved_out_qty', 'positions.mean_on_hand_qty') }} as stock_turns,
    {{ ratio('positions.on_hand_qty * positions.period_days', 'positions.moved_out_qty') }} as supply_days
from averaged as positions
left join sites on positions.site_code = sites.site_code
left join materials on positions.material_id = materials.material_id
{{ join_currency_rate('sites.currency', newest=true) }}
