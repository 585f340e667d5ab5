{%- set same_doubt = "case when pairs.doubt = 'none' then 1 else 0 end" -%}
with records as (
    select distinct
        entity,
        record_no
    from {{ ref('int_master__record') }}
),

decisions as (
    select
        *,
        {{ record_no('source_system', 'source_key') }} as record_no,
        {{ record_no('other_system', 'other_key') }} as other_no
    from {{ ref('stg_plant__master_decisions') }}
),

ranked_decisions as (
    -- the latest decision on a pair holds
    select
        decisions.*,
        one.entity is null or (decisions.action <> 'set' and other.entity is null) as is_unknown,
        decisions.record_no < coalesce(decisions.other_no, '~') as is_first,
        row_number() over (
            partition by
                decisions.entity,
                case when decisions.action = 'set' then decisions.decision_no end,
                least(decisions.record_no, decisions.other_no),
                greatest(decisions.record_no, decisions.other_no)
            order by decisions.decided_on desc, decisions.decision_no desc
        ) as decision_rank
    from decisions
    left join records as one on decisions.entity = one.entity and decisions.record_no = one.record_no
    left join records as other on decisions.entity = other.entity and decisions.other_no = other.record_no
),

decided as {{ once() }} (
    select
        entity,
        case when is_first then record_no else other_no end as first_no,
        case when is_first then other_no else record_no end as second_no,
        case when is_first then source_system else other_system end as first_system,
        case when is_first then other_system else source_system end as second_system,
        case when is_unknown then 'unknown_record' else action end as verdict,
        decision_no,
        reason,
        decided_by,
        decided_on
    from ranked_decisions
    where decision_rank = 1 and (action <> 'set' or is_unknown)
),

open_pairs as (
    -- what a steward has not decided, and whose records he gave no partner in the other system
    select pairs.*
    from {{ ref('int_master__pair') }} as pairs
    left join decided
        on
            pairs.entity = decided.entity
            and (
                (pairs.first_no = decided.first_no and pairs.second_no = decided.second_no)
                or (
                    decided.verdict = 'match' and pairs.first_system <> pairs.second_system
                    and pairs.first_no = decided.first_no
                    and pairs.second_system = decided.second_system
                )
                or (
                    decided.verdict = 'match' and pairs.first_system <> pairs.second_system
                    and pairs.second_no = decided.second_no
                    and pairs.first_system = decided.first_system
                )
            )
    where decided.entity is null
),

compared as (
    -- one to one: a match is the best for both records, and no other pair is as good
    select
        *,
        rank() over (partition by entity, first_no, second_system, {{ same_doubt }} order by strength desc)
        + count(*) over (partition by entity, first_no, second_system, {{ same_doubt }}, strength)
        + rank() over (partition by entity, second_no, first_system, {{ same_doubt }} order by strength desc)
        + count(*) over (partition by entity, second_no, first_system, {{ same_doubt }}, strength)
        > 4 as has_rival
    from open_pairs as pairs
)

select
    entity,
    substring(first_no, 5) as first_id,
    substring(second_no, 5) as second_id,
    case when doubt = 'none' and not has_rival then 'match' else 'doubtful' end as verdict,
    match_rule,
    score,
    case when doubt <> 'none' then doubt when has_rival then 'rival' end as doubt,
    cast(null as string) as decision_no,
    cast(null as string) as reason,
    cast(null as string) as decided_by,
    cast(null as date) as decided_on
from compared
union all
select
    entity,
    substring(first_no, 5) as first_id,
    substring(second_no, 5) as second_id,
    verdict,
    'steward' as match_rule,
    1e0 as score,
    cast(null as string) as doubt,
    decision_no,
    reason,
    decided_by,
    decided_on
from decided
