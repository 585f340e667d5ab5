with pieces as {{ once() }} (
    select * from {{ ref('int_production__mapped_piece') }}
),

{% if production_parameter('low_speed_ratio') -%}
runs as (
    select * from pieces
    where time_element = 'apt'
),

slow_windows as (
    select * from {{ ref('int_production__slow_window') }}
),

{{ split_by_windows('runs', 'slow_windows', 'window_id') }},

{% else -%}
-- Low speed is not asked for: runs stay whole.
runs_split as (
    select
        equipment_id,
        started_at as piece_started_at,
        started_at,
        ended_at,
        cast(null as string) as window_id
    from pieces
    where time_element = 'apt'
),

{% endif -%}
cut as (
    select * from runs_split
    union all
    select
        equipment_id,
        started_at as piece_started_at,
        started_at,
        ended_at,
        cast(null as string) as window_id
    from pieces
    where time_element <> 'apt'
),

described as (
    select
        cut.equipment_id,
        cut.started_at,
        cut.ended_at,
        cut.window_id is not null as is_low_speed,
        pieces.site_code,
        pieces.production_day,
        pieces.shift_id,
        pieces.shift_code,
        pieces.is_planned,
        pieces.state_event_id,
        pieces.state,
        pieces.mode,
        pieces.evidence,
        pieces.time_element,
        pieces.is_corrective_maintenance,
        pieces.is_preventive_maintenance,
        pieces.given_reason_id,
        pieces.map_reason_id,
        pieces.order_id,
        pieces.operation_id,
        pieces.material_id,
        pieces._source_ingested_at
    from cut
    inner join pieces
        on cut.equipment_id = pieces.equipment_id and cut.piece_started_at = pieces.started_at
)

select * from described
