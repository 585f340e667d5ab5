with records as (
    select * from {{ ref('bridge_master_record') }}
),

partners as (
    -- in which systems a record has found its thing
    select distinct
        own.entity,
        own.record_id,
        other.source_system as partner_system
    from records as own
    inner join records as other
        on
            own.entity = other.entity
            and own.golden_key = other.golden_key
            and own.record_id <> other.record_id
),

compared as (
    select
        pairs.*,
        coalesce(pairs.second_id, pairs.first_id) as record_id,
        case when pairs.second_id is not null then pairs.first_id end as other_id,
        coalesce(second_one.site_code, first_one.site_code) as site_code,
        second_one.record_name,
        first_one.record_name as other_name,
        coalesce(first_one.golden_key = second_one.golden_key, false) as is_one,
        first_partner.record_id is not null and second_partner.record_id is not null as is_settled
    from {{ ref('bridge_master_pair') }} as pairs
    left join records as first_one on pairs.entity = first_one.entity and pairs.first_id = first_one.record_id
    left join records as second_one
        on pairs.entity = second_one.entity and pairs.second_id = second_one.record_id
    left join partners as first_partner
        on
            pairs.entity = first_partner.entity
            and pairs.first_id = first_partner.record_id
            and second_one.source_system = first_partner.partner_system
    left join partners as second_partner
        on
            pairs.entity = second_partner.entity
            and pairs.second_id = second_partner.record_id
            and first_one.source_system = second_partner.partner_system
),

listed as (
    select
        entity,
        case
            when verdict = 'unknown_record' then verdict
            when verdict = 'apart' then case when is_one then 'contradicted' else 'apart' end
            when is_one then 'matched'
            else 'doubtful'
        end as match_status,
        site_code,
        record_id,
        record_name,
        other_id,
        other_name,
        match_rule,
        score,
        case when verdict = 'match' and not is_one then 'conflict' when not is_one then doubt end as doubt,
        decision_no,
        reason,
        decided_by,
        decided_on
    from compared
    where verdict <> 'doubtful' or is_one or not is_settled
),

shared_entities as (
    select entity
    from records
    group by entity
    having count(distinct source_system) > 1
),

unmatched as (
    select
        records.entity,
        'unmatched' as match_status,
        records.site_code,
        records.record_id,
        records.record_name,
        cast(null as string) as other_id,
        cast(null as string) as other_name,
        cast(null as string) as match_rule,
        cast(null as double) as score,
        cast(null as string) as doubt,
        cast(null as string) as decision_no,
        cast(null as string) as reason,
        cast(null as string) as decided_by,
        cast(null as date) as decided_on
    from records
    inner join shared_entities on records.entity = shared_entities.entity
    left join listed as doubtful
        on
            records.entity = doubtful.entity
            and records.record_id in (doubtful.record_id, doubtful.other_id)
            and doubtful.match_status = 'doubtful'
    where records.record_count = 1 and doubtful.entity is null
)

select * from listed
union all
select * from unmatched
