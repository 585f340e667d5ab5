with attributes as (
    select * from {{ ref('int_master__record') }}
),

ranked_evidence as (
    select
        *,
        row_number() over (
            partition by entity, first_no, second_no order by strength desc, match_rule asc
        ) as evidence_no
    from {{ ref('int_master__likeness') }}
),

found as {{ once() }} (
    select * from ranked_evidence
    where evidence_no = 1
),

identifiers as (
    {{ identifier_rows() | indent(4) }}
),

contradicted as (
    -- both have an identifier of one kind, and not the same
    select distinct
        found.entity,
        found.first_no,
        found.second_no
    from found
    inner join attributes as first_one
        on found.entity = first_one.entity and found.first_no = first_one.record_no
    inner join attributes as second_one
        on
            found.entity = second_one.entity
            and found.second_no = second_one.record_no
            and first_one.attribute_name = second_one.attribute_name
    inner join identifiers
        on first_one.entity = identifiers.entity and first_one.attribute_name = identifiers.attribute_name
    where {{ plain_code('first_one.attribute_value') }} <> {{ plain_code('second_one.attribute_value') }}
)

select
    found.entity,
    found.first_no,
    found.second_no,
    found.first_system,
    found.second_system,
    found.match_rule,
    found.score,
    found.strength,
    case
        when contradicted.entity is not null then 'other_identifier'
        when found.first_system = found.second_system then 'same_system'
        when found.score < {{ var('master_data').match_from }} then 'low_score'
        else 'none'
    end as doubt
from found
left join contradicted
    on
        found.entity = contradicted.entity
        and found.first_no = contradicted.first_no
        and found.second_no = contradicted.second_no
