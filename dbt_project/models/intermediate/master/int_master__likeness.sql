with attributes as (
    select * from {{ ref('int_master__record') }}
),

{{ words_of_names('attributes') }},

sized_words as {{ once() }} (
    select
        words.*,
        names.sizes,
        names.other_words,
        names.word_count
    from words
    inner join names on words.entity = names.entity and words.record_no = names.record_no
    where not {{ has_digit('words.word') }}
),

named_alike as (
    -- the greater of both: words in common (Dice), letters in common
    select
        first_one.entity,
        first_one.record_no as first_no,
        second_one.record_no as second_no,
        max(first_one.source_system) as first_system,
        max(second_one.source_system) as second_system,
        greatest(
            2e0 * count(*) / (max(first_one.word_count) + max(second_one.word_count)),
            {{ text_likeness('max(first_one.other_words)', 'max(second_one.other_words)') }}
        ) as score
    from sized_words as first_one
    inner join sized_words as second_one
        on
            first_one.entity = second_one.entity
            and first_one.scope_code = second_one.scope_code
            and first_one.sizes = second_one.sizes
            and first_one.word = second_one.word
            and first_one.source_system <> second_one.source_system
            and first_one.record_no < second_one.record_no
    group by first_one.entity, first_one.record_no, second_one.record_no
),

identifiers as (
    {{ identifier_rows() | indent(4) }}
),

-- Within one system the words of a name are one more: HL and ML, L and M tell its own variants apart.
identified as {{ once() }} (
    select
        attributes.entity,
        attributes.scope_code,
        attributes.record_no,
        attributes.source_system,
        attributes.attribute_name,
        identifiers.strength,
        {{ plain_code('attributes.attribute_value') }} as identifier
    from attributes
    inner join identifiers
        on attributes.entity = identifiers.entity and attributes.attribute_name = identifiers.attribute_name
    union all
    select
        entity,
        scope_code,
        record_no,
        source_system,
        'name' as attribute_name,
        1e0 as strength,
        sizes || '|' || other_words as identifier
    from names
)

select
    entity,
    first_no,
    second_no,
    first_system,
    second_system,
    'name' as match_rule,
    score,
    score as strength
from named_alike
where score >= {{ var('master_data').doubt_from }}
union all
select
    first_one.entity,
    first_one.record_no as first_no,
    second_one.record_no as second_no,
    first_one.source_system as first_system,
    second_one.source_system as second_system,
    first_one.attribute_name as match_rule,
    1e0 as score,
    first_one.strength
from identified as first_one
inner join identified as second_one
    on
        first_one.entity = second_one.entity
        and first_one.scope_code = second_one.scope_code
        and first_one.attribute_name = second_one.attribute_name
        and first_one.identifier = second_one.identifier
        and case
            when first_one.source_system = second_one.source_system then first_one.entity <> 'equipment'
            else first_one.attribute_name <> 'name'
        end
        and first_one.record_no < second_one.record_no
