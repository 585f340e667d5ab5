{%- set golden_id = 'substring(label, length(entity) + 6)' -%}
with records as {{ once() }} (
    select
        entity,
        entity || '|' || record_no as record_no,
        substring(record_no, 5) as record_id,
        source_system,
        source_key,
        scope_code,
        attribute_value as record_name
    from {{ ref('int_master__record') }}
    where attribute_name = 'name'
),

pairs as {{ once() }} (
    select
        pairs.verdict,
        pairs.match_rule,
        pairs.match_rule = 'steward' as is_decided,
        first_one.record_no as first_no,
        second_one.record_no as second_no
    from {{ ref('bridge_master_pair') }} as pairs
    inner join records as first_one
        on pairs.entity = first_one.entity and pairs.first_id = first_one.record_id
    inner join records as second_one
        on pairs.entity = second_one.entity and pairs.second_id = second_one.record_id
    where pairs.verdict in ('match', 'apart')
),

links as {{ once() }} (
    select
        first_no as from_no,
        second_no as to_no,
        is_decided
    from pairs
    where verdict = 'match'
    union all
    select
        second_no as from_no,
        first_no as to_no,
        is_decided
    from pairs
    where verdict = 'match'
    union all
    select
        record_no as from_no,
        record_no as to_no,
        true as is_decided
    from records
),

decided_links as (
    select * from links
    where is_decided
),

{{ connected('decided', 'select record_no, record_no as label from records', 'decided_links') }},

{{ connected('joined', 'select record_no, label from decided', 'links') }},

placed as {{ once() }} (
    select
        records.*,
        decided.label as decided_label,
        joined.label as joined_label
    from records
    inner join decided on records.record_no = decided.record_no
    inner join joined on records.record_no = joined.record_no
),

refused as (
    -- where several of one system meet, or what a steward keeps apart, or a chain is too long, decisions hold
    select joined_label
    from placed
    group by joined_label, source_system
    having count(distinct decided_label) > 1
    union
    select first_one.joined_label
    from pairs
    inner join placed as first_one on pairs.first_no = first_one.record_no
    inner join placed as second_one
        on pairs.second_no = second_one.record_no and first_one.joined_label = second_one.joined_label
    where pairs.verdict = 'apart'
    union
    select first_one.joined_label
    from links
    inner join placed as first_one on links.from_no = first_one.record_no
    inner join placed as second_one on links.to_no = second_one.record_no
    where first_one.joined_label <> second_one.joined_label
),

labelled as (
    select
        placed.*,
        refused.joined_label is not null as is_conflict,
        case
            when refused.joined_label is null then placed.joined_label
            else placed.decided_label
        end as label
    from placed
    left join refused on placed.joined_label = refused.joined_label
)

select
    entity,
    source_system,
    source_key,
    record_id,
    case
        when entity = 'equipment' then scope_code
        else {{ site_of_system('source_system') }}
    end as site_code,
    record_name,
    {{ surrogate_key(['entity', golden_id]) }} as golden_key,
    {{ golden_id }} as golden_id,
    record_no = label as is_golden,
    count(*) over (partition by label) as record_count,
    is_conflict
from labelled
