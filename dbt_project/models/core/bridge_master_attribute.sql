{%- set survivorship = var('master_data').survivorship -%}
with records as (
    select * from {{ ref('bridge_master_record') }}
),

named as (
    select
        *,
        entity || '.' || attribute_name as attribute_path
    from {{ ref('int_master__record') }}
),

attributes as (
    select
        *,
        substring(record_no, 5) as record_id,
        count(*) over (partition by entity, record_no) as filled_count,
        case attribute_path
        {%- for key, rule in survivorship.items() if rule is string %}
            when '{{ key }}' then '{{ rule }}'
        {%- endfor %}
            when '' then ''
            else 'system_priority'
        end as survivorship_rule,
        case attribute_path
        {%- for key, systems in survivorship.items() if systems is not string %}
            when '{{ key }}' then {{ system_rank('source_system', systems) }}
        {%- endfor %}
            when '' then 0
            else {{ system_rank('source_system', var('master_data').system_priority) }}
        end as system_rank
    from named
),

ruled as (
    select
        *,
        case when survivorship_rule = 'most_recent' then changed_at end as recency,
        case when survivorship_rule = 'most_complete' then filled_count end as completeness
    from attributes
),

offered as (
    select
        records.entity,
        records.golden_key,
        records.golden_id,
        attributes.attribute_name,
        attributes.attribute_value,
        attributes.survivorship_rule,
        records.source_system,
        records.source_key,
        cast(null as string) as decision_no,
        row_number() over (
            partition by records.entity, records.golden_key, attributes.attribute_name
            order by
                attributes.recency desc nulls last,
                attributes.completeness desc nulls last,
                attributes.system_rank asc,
                attributes.record_no asc
        ) as offer_no
    from ruled as attributes
    inner join records on attributes.entity = records.entity and attributes.record_id = records.record_id
),

decided as (
    -- of several decisions on one attribute the latest holds
    select
        records.entity,
        records.golden_key,
        records.golden_id,
        decisions.attribute_name,
        decisions.attribute_value,
        'steward' as survivorship_rule,
        records.source_system,
        records.source_key,
        decisions.decision_no,
        row_number() over (
            partition by records.entity, records.golden_key, decisions.attribute_name
            order by decisions.decided_on desc, decisions.decision_no desc
        ) as offer_no
    from {{ ref('stg_plant__master_decisions') }} as decisions
    inner join records
        on
            decisions.entity = records.entity
            and decisions.source_system = records.source_system
            and decisions.source_key = records.source_key
    where decisions.action = 'set'
),

surviving as (
    select offered.*
    from offered
    left join decided
        on
            offered.entity = decided.entity
            and offered.golden_key = decided.golden_key
            and offered.attribute_name = decided.attribute_name
            and decided.offer_no = 1
    where offered.offer_no = 1 and decided.entity is null
    union all
    select * from decided
    where offer_no = 1
)

select
    entity,
    golden_key,
    golden_id,
    attribute_name,
    attribute_value,
    survivorship_rule,
    source_system,
    source_key,
    decision_no
from surviving
