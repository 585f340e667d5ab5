{%- set settings = var('master_data') -%}
{%- set ignored = "'', '" ~ settings.ignored_words | join("', '") ~ "'" -%}
with attributes as (
    select * from {{ ref('int_master__record') }}
),

split_names as (
    select
        entity,
        scope_code,
        record_no,
        source_system,
        {{ split_to_rows(plain_words('attribute_value'), "' '") }} as word
    from attributes
    where attribute_name = 'name'
),

words as {{ once() }} (
    select distinct
        entity,
        scope_code,
        record_no,
        source_system,
        {{ own_word('word') }} as word
    from split_names
    where word not in ({{ ignored }})
),

names as {{ once() }} (
    -- words with a digit tell sizes, types and grades: unless they agree, names are not compared
    select
        entity,
        record_no,
        {{ joined_sorted("case when " ~ has_digit('word') ~ " then word end") }} as sizes,
        {{ joined_sorted("case when not " ~ has_digit('word') ~ " then word end") }} as other_words,
        count(case when not {{ has_digit('word') }} then 1 end) as word_count,
        max(scope_code) as scope_code,
        max(source_system) as source_system
    from words
    group by entity, record_no
),

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

twins as (
    -- within one system only the same words: HL and ML, L and M tell its own variants apart
    select
        first_one.entity,
        first_one.record_no as first_no,
        second_one.record_no as second_no,
        first_one.source_system
    from names as first_one
    inner join names as second_one
        on
            first_one.entity = second_one.entity
            and first_one.scope_code = second_one.scope_code
            and first_one.source_system = second_one.source_system
            and first_one.sizes = second_one.sizes
            and first_one.other_words = second_one.other_words
            and first_one.record_no < second_one.record_no
    where first_one.entity <> 'equipment'
),

identifiers as (
    {{ identifier_rows() | indent(4) }}
),

identified as {{ once() }} (
    select
        attributes.*,
        identifiers.strength,
        {{ plain_code('attributes.attribute_value') }} as identifier
    from attributes
    inner join identifiers
        on attributes.entity = identifiers.entity and attributes.attribute_name = identifiers.attribute_name
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
where score >= {{ settings.doubt_from }}
union all
select
    entity,
    first_no,
    second_no,
    source_system as first_system,
    source_system as second_system,
    'name' as match_rule,
    1e0 as score,
    1e0 as strength
from twins
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
        and (first_one.source_system <> second_one.source_system or first_one.entity <> 'equipment')
        and first_one.record_no < second_one.record_no
