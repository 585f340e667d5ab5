with energy as (
    select * from {{ ref('fct_energy_hour') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
    where is_current
),

days as (
    select
        equipment_id,
        site_code,
        -- without states an hour counts to its UTC day
        coalesce(production_day, cast(hour_at as date)) as production_day,
        sum(energy_kwh) as energy_kwh,
        sum(producing_kwh) as producing_kwh,
        sum(setup_kwh) as setup_kwh,
        sum(idle_kwh) as idle_kwh,
        sum(off_kwh) as off_kwh,
        sum(idle_s) as idle_s,
        100 * sum(good_s) / (36e2 * count(*)) as good_pct
    from energy
    group by equipment_id, site_code, coalesce(production_day, cast(hour_at as date))
),

quantities as (
    select
        equipment_id,
        production_day,
        sum(produced_qty) as produced_qty,
        sum(good_qty) as good_qty
    from {{ ref('fct_time_element') }}
    group by equipment_id, production_day
)

select
    equipment.equipment_key,
    days.equipment_id,
    equipment.equipment_name,
    days.site_code,
    equipment.area,
    equipment.line,
    days.production_day,
    days.energy_kwh,
    days.producing_kwh,
    days.setup_kwh,
    days.idle_kwh,
    days.off_kwh,
    days.idle_s,
    days.good_pct,
    cast(coalesce(quantities.produced_qty, 0) as bigint) as produced_qty,
    cast(coalesce(quantities.good_qty, 0) as bigint) as good_qty,
    {{ ratio('days.energy_kwh', 'quantities.good_qty') }} as energy_per_good_kwh,
    100 * {{ ratio('days.idle_kwh', 'days.energy_kwh') }} as idle_energy_pct
from days
left join quantities
    on days.equipment_id = quantities.equipment_id and days.production_day = quantities.production_day
left join equipment on days.equipment_id = equipment.equipment_id
