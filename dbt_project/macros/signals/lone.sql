{#-
    How far a good reading stands out from both of its neighbours, in the signal's unit: above 0 over the higher, below 0
    under the lower, 0 between them. That is its distance from the median of three, the smallest window of Hampel's filter.
    Null where it or a neighbour is not good, and for a reading that holds for longer than a twentieth of the longest gap:
    that is a state of the process, not a spike.
-#}
{% macro lone_height() -%}
case
            when
                is_good and is_next_good and former_value is not null and former_until_us >= read_us
                and next_us - read_us <= gap_us / 20
                then
                    greatest(value - greatest(former_value, next_value), 0)
                    + least(value - least(former_value, next_value), 0)
        end
{%- endmacro %}
