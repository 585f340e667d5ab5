{#- Which attributes a record of master data has, by entity: attribute -> column of the canonical entity. -#}
{% macro master_attributes() -%}
    {{ return({
        'material': {'name': 'material_name', 'gtin': 'gtin', 'material_type': 'material_type',
            'material_group': 'material_group', 'base_unit': 'base_unit', 'standard_cost': 'standard_cost',
            'is_made_in_house': 'is_made_in_house'},
        'supplier': {'name': 'supplier_name', 'tax_no': 'tax_no', 'postal_code': 'postal_code', 'city': 'city',
            'rating': 'rating', 'is_preferred': 'is_preferred', 'is_active': 'is_active'},
        'equipment': {'name': 'equipment_name', 'equipment_class': 'equipment_class', 'serial_no': 'serial_no',
            'erp_equipment_code': 'erp_equipment_code', 'equipment_code': 'equipment_code',
            'work_centre_code': 'work_centre_code'},
    }) }}
{%- endmacro %}


{#- What names a thing by itself as a relation of entity, attribute_name and strength, the greatest for the strongest. -#}
{% macro identifier_rows() -%}
    {%- set identifiers = {
        'material': ['gtin'],
        'supplier': ['tax_no'],
        'equipment': ['erp_equipment_code', 'serial_no', 'equipment_code', 'work_centre_code'],
    } -%}
    {%- for entity, attributes in identifiers.items() %}
    {%- set first = loop.first %}
    {%- for attribute in attributes %}
{{ 'union all' if not (first and loop.first) }}
select '{{ entity }}' as entity, '{{ attribute }}' as attribute_name, {{ 9 - loop.index0 }}e0 as strength
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}


{#- An identifier without blanks, points and the like; null where nothing is left. -#}
{% macro plain_code(text) -%}
nullif(replace({{ plain_words(text) }}, ' ', ''), '')
{%- endmacro %}


{#- The rows of `relation`, one for each record, as one row for each attribute that has a value. -#}
{% macro attribute_rows(relation, entity, source_key, scope_code, changed_at) -%}
select
    '{{ entity }}' as entity,
    records.source_system,
    records.{{ source_key }} as source_key,
    {{ scope_code }} as scope_code,
    attributes.attribute_name,
    case attributes.attribute_name
    {%- for attribute, column in master_attributes()[entity].items() %}
        when '{{ attribute }}' then {{ 'coalesce(' if attribute == 'name' }}cast(records.{{ column }} as string){{ ', records.' ~ source_key ~ ')' if attribute == 'name' }}
    {%- endfor %}
    end as attribute_value,
    {{ changed_at }} as changed_at
from {{ relation }} as records
cross join (
    {%- for attribute in master_attributes()[entity] %}
    {{ 'union all ' if not loop.first }}select '{{ attribute }}' as attribute_name
    {%- endfor %}
) as attributes
{%- endmacro %}


{#- The rank of a system: as `systems` lists them, the plant's own tables first unless they are listed. -#}
{% macro system_rank(column, systems) -%}
case {{ column }}
{%- for system in (([] if 'plant' in systems else ['plant']) + (systems | list)) %}
    when '{{ system }}' then {{ loop.index }}
{%- endfor %}
    else 999
end
{%- endmacro %}


{#- The number of a record: sorts by the rank of its system, then by system and key. -#}
{% macro record_no(source_system, source_key) -%}
(lpad(cast({{ system_rank(source_system, var('master_data').system_priority) }} as string), 3, '0') || ':' || {{ source_system }} || ':' || {{ source_key }})
{%- endmacro %}


{#- A name as lower-case words of a-z and 0-9, each between blanks. -#}
{% macro plain_words(text) -%}
{%- set letters = "replace(replace(replace(replace(lower(" ~ text ~ "), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')" -%}
{%- set letters = "translate(" ~ letters ~ ", 'áàâãåéèêëíìîïóòôõøúùûñçćčšžłń²³', 'aaaaaeeeeiiiiooooouuunccczzln23')" -%}
trim({{ replace_all(letters, '[^a-z0-9]+', ' ') }})
{%- endmacro %}


{#- A word in the plant's own vocabulary: `words` of master_data in plant.yml. -#}
{% macro own_word(word) -%}
{%- if var('master_data').words -%}
case {{ word }}
{%- for foreign, own in var('master_data').words.items() %}
    when '{{ foreign | lower }}' then '{{ own | lower }}'
{%- endfor %}
    else {{ word }}
end
{%- else -%}
{{ word }}
{%- endif -%}
{%- endmacro %}


{#- Whether a word holds a digit, and so tells a size, a type or a grade. -#}
{% macro has_digit(word) -%}
(translate({{ word }}, '0123456789', '') <> {{ word }})
{%- endmacro %}
