with equipment as (
    select
        equipment_id,
        site_code,
        calendar_code,
        row_number() over (partition by equipment_id order by valid_from desc nulls last) as version_rank
    from {{ ref('int_master__equipment') }}
),

slots as (
    select * from {{ ref('int_calendar__shift_slot') }}
),

equipment_slots as (
    select
        equipment.equipment_id,
        slots.*
    from equipment
    inner join slots
        on equipment.site_code = slots.site_code and equipment.calendar_code = slots.calendar_code
    where equipment.version_rank = 1
)

select * from equipment_slots
