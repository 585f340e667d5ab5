with segments as (
    select * from {{ ref('int_b2mml__segment') }}
),

actuals as (
    select
        *,
        coalesce(segment_response_id, process_segment_id) as segment_code,
        row_number() over (
            partition by
                response_id, coalesce(segment_response_id, process_segment_id), actual_no, quantity_no
            order by _ingested_at desc, _source_row desc
        ) as version_rank
    from {{ ref('stg_b2mml__material_actuals') }}
),

lots as (
    select * from {{ ref('stg_b2mml__material_lots') }}
)

select
    segments.response_id,
    segments.segment_code,
    segments.order_no,
    segments.operation_no,
    segments.posted_at,
    actuals.actual_no,
    actuals.quantity_no,
    coalesce(actuals.material_definition_id, lots.material_definition_id, lots.material_information_id)
        as material_id,
    coalesce(actuals.material_sublot_id, actuals.material_lot_id) as batch_no,
    actuals.storage_location,
    actuals.material_use,
    case
        when lower(actuals.material_use) like '%produced' then 1
        when lower(actuals.material_use) in ('consumed', 'consumable', 'sample') then -1
    end as direction,
    actuals.quantity,
    actuals.uom as quantity_unit,
    greatest(segments._ingested_at, actuals._ingested_at, lots._ingested_at) as _ingested_at
from segments
inner join actuals
    on
        segments.response_id = actuals.response_id
        and segments._source_file = actuals._source_file
        and segments.segment_code = actuals.segment_code
        and actuals.version_rank = 1
left join lots on actuals.material_lot_id = lots.material_lot_id
