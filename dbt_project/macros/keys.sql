{#- Surrogate key: md5 over the parts with a separator; null when every part is null, so that a fact without it joins nothing. -#}
{% macro surrogate_key(columns) -%}
case when coalesce({% for column in columns %}cast({{ column }} as string){{ ', ' if not loop.last }}{% endfor %}) is not null
    then md5({% for column in columns %}coalesce(cast({{ column }} as string), '~'){{ " || '|' || " if not loop.last }}{% endfor %})
end
{%- endmacro %}


{#- Numbers of SAP and of others travel zero padded; without the padding they are the same everywhere. Blank becomes null. -#}
{% macro strip_zeros(column) -%}
nullif(regexp_replace(trim({{ column }}), '^0+', ''), '')
{%- endmacro %}


{#- An id that is unique in the enterprise: `<site>-<code>`; null without a code. -#}
{% macro site_id(site, code) -%}
({{ site }} || '-' || {{ code }})
{%- endmacro %}


{#- A whole number as a text that sorts like the number. -#}
{% macro padded(number) -%}
lpad(cast({{ number }} as string), 12, '0')
{%- endmacro %}


{#- A lot's id: batch numbers are unique within a material of a site. Null without one. -#}
{% macro lot_id(site, material, batch) -%}
({{ site }} || '-' || {{ material }} || '-' || {{ batch }})
{%- endmacro %}
