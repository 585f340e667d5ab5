with signals as (
    select
        *,
        {{ utc_literal('1900-01-01 00:00:00') }} as beginning
    from {{ ref('int_signals__signal') }}
),

changes as (
    select * from {{ ref('stg_plant__signal_changes') }}
),

-- The dictionary tells how a signal begins, each change what is other from then on.
steps as (
    select
        signal_id,
        beginning as valid_from,
        tag as source_tag,
        coalesce(source_unit, unit) as source_unit,
        case when source_unit is null then unit_dimension else source_unit_dimension end as source_dimension,
        case when source_unit is null then unit_factor else source_unit_factor end as source_factor,
        case when source_unit is null then unit_offset else source_unit_offset end as source_offset,
        equipment_id,
        uns_path,
        _source_ingested_at
    from signals
    union all
    select
        signals.signal_id,
        changes.valid_from,
        changes.source_tag,
        changes.source_unit,
        changes.source_unit_dimension as source_dimension,
        changes.source_unit_factor as source_factor,
        changes.source_unit_offset as source_offset,
        {{ site_id('changes.site_code', 'changes.equipment_code') }} as equipment_id,
        changes.uns_path,
        changes._ingested_at as _source_ingested_at
    from changes
    inner join signals on changes.site_code = signals.site_code and changes.tag = signals.tag
),

held as (
    select
        signal_id,
        valid_from,
        lead(valid_from, 1, {{ utc_literal('9999-12-31 00:00:00') }}) over (
            partition by signal_id order by valid_from
        ) as valid_to,
        {%- for column in [
            'source_tag', 'source_unit', 'source_dimension', 'source_factor', 'source_offset',
            'equipment_id', 'uns_path'
        ] %}
        {{ last_known(column, 'signal_id', 'valid_from') }} as {{ column }},
        {%- endfor %}
        _source_ingested_at
    from steps
),

placed as (
    select
        *,
        case
            when coalesce(equipment_id, '') = lag(coalesce(equipment_id, '')) over (
                partition by signal_id order by valid_from
            ) then 0
            else 1
        end as is_placed_anew
    from held
),

placements as (
    select
        *,
        sum(is_placed_anew) over (partition by signal_id order by valid_from) as placement_no
    from placed
)

select
    {{ surrogate_key(['signals.signal_id']) }} as signal_key,
    placements.signal_id,
    signals.site_code,
    placements.valid_from,
    placements.valid_to,
    placements.valid_to = {{ utc_literal('9999-12-31 00:00:00') }} as is_current,
    placements.source_tag,
    placements.source_unit,
    signals.unit,
    case
        when coalesce(placements.source_unit, '') = coalesce(signals.unit, '') then 1
        when placements.source_dimension = signals.unit_dimension
            then placements.source_factor / signals.unit_factor
    end as conversion_factor,
    case
        when coalesce(placements.source_unit, '') = coalesce(signals.unit, '') then 0
        when placements.source_dimension = signals.unit_dimension
            then (placements.source_offset - signals.unit_offset) / signals.unit_factor
    end as conversion_offset,
    placements.equipment_id,
    max(placements.valid_to) over (
        partition by placements.signal_id, placements.placement_no
    ) as placed_until,
    placements.uns_path,
    placements._source_ingested_at
from placements
inner join signals on placements.signal_id = signals.signal_id
