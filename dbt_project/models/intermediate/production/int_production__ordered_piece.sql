{{ config(materialized='table') }}

with pieces as {{ once() }} (
    select * from {{ ref('int_production__state_piece') }}
),

counter_windows as {{ once() }} (
    select * from {{ ref('int_production__counter_window') }}
    where produced_qty > 0
),

order_spans as {{ once() }} (
    {{ within_stretch(ref('int_production__order_span')) }}
),

-- Where no state is known, a counter that went on proves that the machine ran.
gaps as (
    select * from pieces
    where state_event_id is null
),

{{ split_by_windows('gaps', 'counter_windows', 'window_id') }},

-- Where the states' system knows no orders, the operations' own times tell which one was worked on.
orderless as (
    select * from pieces
    where not has_own_order
),

{{ split_by_windows('orderless', 'order_spans', 'operation_id') }},

split as (
    select
        equipment_id,
        piece_started_at,
        started_at,
        ended_at,
        window_id,
        cast(null as string) as span_operation_id
    from gaps_split
    union all
    select
        equipment_id,
        piece_started_at,
        started_at,
        ended_at,
        cast(null as string) as window_id,
        operation_id as span_operation_id
    from orderless_split
    union all
    select
        equipment_id,
        started_at as piece_started_at,
        started_at,
        ended_at,
        cast(null as string) as window_id,
        cast(null as string) as span_operation_id
    from pieces
    where state_event_id is not null and has_own_order
),

span_orders as (
    select distinct
        operation_id,
        order_id,
        material_id
    from order_spans
),

described as (
    select
        split.equipment_id,
        split.started_at,
        split.ended_at,
        pieces.shift_id,
        pieces.state_event_id,
        split.window_id,
        pieces.source_system,
        pieces.state,
        pieces.mode,
        coalesce(pieces.order_id, counter_windows.order_id, span_orders.order_id) as order_id,
        coalesce(
            pieces.order_id || '-' || pieces.operation_no,
            counter_windows.operation_id,
            split.span_operation_id
        ) as operation_id,
        coalesce(pieces.material_id, counter_windows.material_id, span_orders.material_id) as material_id,
        greatest(pieces._source_ingested_at, counter_windows._source_ingested_at) as _source_ingested_at
    from split
    inner join pieces
        on split.equipment_id = pieces.equipment_id and split.piece_started_at = pieces.started_at
    left join counter_windows on split.window_id = counter_windows.window_id
    left join span_orders on split.span_operation_id = span_orders.operation_id
)

select * from described
