-- The signal dictionary agrees with itself and with the equipment: what is wrong with which signal, what was
-- seen and what was expected. Remedy: mend signals.csv or signal_changes.csv (docs/how-to/signals.md).
with periods as (
    select
        *,
        split_part(uns_path, '/', 2) as site_level,
        split_part(uns_path, '/', 3)
        || '/' || split_part(uns_path, '/', 4)
        || '/' || split_part(uns_path, '/', 5) as placement
    from {{ ref('dim_signal_period') }}
),

equipment as (
    select
        *,
        coalesce(area, '') || '/' || coalesce(line, '') || '/' || equipment_code as placement
    from {{ ref('dim_equipment') }}
    where area is not null and line is not null
)

select
    signal_id,
    valid_from,
    'unit of another kind than that of the signal' as problem,
    source_unit as seen,
    unit as expected
from periods
where conversion_factor is null

union all

select
    signal_id,
    valid_from,
    'uns_path names another site' as problem,
    site_level as seen,
    site_code as expected
from periods
where site_level <> site_code

union all

select
    periods.signal_id,
    periods.valid_from,
    'uns_path names an area, line or unit where its equipment never stood' as problem,
    min(periods.placement) as seen,
    min(equipment.placement) as expected
from periods
inner join equipment on periods.equipment_id = equipment.equipment_id
where periods.uns_path is not null
group by periods.signal_id, periods.valid_from
having max(case when periods.placement = equipment.placement then 1 else 0 end) = 0

union all

select
    changes.site_code || '-' || changes.tag as signal_id,
    changes.valid_from,
    'signal_changes names a tag that the dictionary does not have' as problem,
    changes.tag as seen,
    'a tag of the signal dictionary' as expected
from {{ ref('stg_plant__signal_changes') }} as changes
left join {{ ref('dim_signal') }} as signals
    on changes.site_code = signals.site_code and changes.tag = signals.tag
where signals.signal_id is null

union all

select
    min(signal_id) as signal_id,
    {{ no_instant() }} as valid_from,
    'several signals have one uns_path' as problem,
    uns_path as seen,
    'a path of its own' as expected
from {{ ref('dim_signal') }}
where uns_path is not null
group by uns_path
having count(*) > 1
