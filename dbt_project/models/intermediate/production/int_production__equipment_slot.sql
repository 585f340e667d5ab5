{{ config(materialized='table') }}

with equipment as (
    select
        equipment_id,
        site_code,
        calendar_code,
        row_number() over (partition by equipment_id order by valid_from nulls first) as version_no,
        valid_from,
        lead(valid_from) over (partition by equipment_id order by valid_from nulls first) as next_valid_from
    from {{ ref('int_master__equipment') }}
),

slots as (
    select * from {{ ref('int_calendar__shift_slot') }}
),

equipment_slots as (
    -- a production day follows the calendar that the equipment has on it, before its first version that one's
    select
        equipment.equipment_id,
        slots.*
    from equipment
    inner join slots
        on
            equipment.site_code = slots.site_code
            and equipment.calendar_code = slots.calendar_code
            and (equipment.version_no = 1 or equipment.valid_from <= slots.production_day)
            and (equipment.next_valid_from is null or equipment.next_valid_from > slots.production_day)
)

select * from equipment_slots
