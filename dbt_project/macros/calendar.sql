{#- A wall clock time 'HH:MM' of a shift that starts at `shift_start` on the production day: earlier clocks are the next day. -#}
{% macro shift_clock(production_day, clock, shift_start) -%}
cast({{ production_day }} as timestamp) + {{ clock_interval(clock) }}
        + case when trim({{ clock }}) < {{ shift_start }} then interval 1 day else interval 0 day end
{%- endmacro %}
