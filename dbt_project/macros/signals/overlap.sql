{#-
    Seconds of the intervals [started_us, ended_us) of given time elements inside window `number` of `size` microseconds,
    as an aggregate.
-#}
{% macro seconds_in_window(elements, number, size) -%}
sum(
    case when time_element in ({{ literals(elements) }}) then
        least(ended_us, ({{ number }} + 1) * {{ size }}) - greatest(started_us, {{ number }} * {{ size }})
    else 0 end
) / 1e6
{%- endmacro %}


{#- Seconds of [first_us, until_us) inside window `number` of `size` microseconds. -#}
{% macro overlap_s(first_us, until_us, number, size) -%}
(least({{ until_us }}, ({{ number }} + 1) * {{ size }}) - greatest({{ first_us }}, {{ number }} * {{ size }})) / 1e6
{%- endmacro %}
