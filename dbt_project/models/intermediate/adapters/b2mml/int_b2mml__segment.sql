-- A response that is sent again replaces the former message, with all that stood in it.
with responses as (
    select
        *,
        row_number() over (
            partition by response_id order by _ingested_at desc, _source_row desc
        ) as version_rank
    from {{ ref('stg_b2mml__responses') }}
    where response_id is not null
),

segments as (
    select
        *,
        coalesce(segment_response_id, process_segment_id, cast(segment_no as string)) as segment_code
    from {{ ref('stg_b2mml__segment_responses') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by response_id, segment_code order by _ingested_at desc, _source_row desc
        ) as version_rank
    from segments
)

select
    responses.response_id,
    ranked.segment_code,
    coalesce(responses.request_id, responses.response_id) as order_no,
    coalesce(ranked.process_segment_id, ranked.segment_code) as operation_no,
    ranked.description as operation_name,
    coalesce(ranked.started_at, responses.started_at) as started_at,
    coalesce(ranked.ended_at, responses.ended_at) as ended_at,
    coalesce(
        ranked.posted_at, ranked.ended_at, responses.ended_at,
        responses.published_at, responses.message_created_at
    ) as posted_at,
    responses._source_file,
    greatest(responses._ingested_at, ranked._ingested_at) as _ingested_at
from responses
inner join ranked
    on
        responses.response_id = ranked.response_id
        and responses._source_file = ranked._source_file
        and ranked.version_rank = 1
where responses.version_rank = 1
