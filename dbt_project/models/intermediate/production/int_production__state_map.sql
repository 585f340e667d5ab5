with plant_rows as (
    select * from {{ ref('stg_plant__state_map') }}
),

preset_rows as (
    {{ preset_state_rows() }}
),

united as (
    select
        source_system,
        state,
        mode,
        order_registered,
        planned,
        reason_code,
        time_element,
        is_corrective_maintenance,
        is_preventive_maintenance,
        false as is_preset,
        _ingested_at as _source_ingested_at
    from plant_rows
    union all
    -- what the plant says of a state itself replaces all that a preset says of it
    select
        presets.*,
        true as is_preset,
        {{ no_instant() }} as _source_ingested_at
    from preset_rows as presets
    left join plant_rows as plant
        on presets.source_system = plant.source_system and presets.state = plant.state
    where plant.state is null
),

weighed as (
    select
        *,
        case when mode = '*' then 0 else 4 end + case when planned = '*' then 0 else 2 end
        + case when order_registered = '*' then 0 else 1 end as exactness
    from united
)

select * from weighed
