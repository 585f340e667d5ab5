{#- Whether a reading and the next are good and near enough that one leads to the other. -#}
{% macro leads_on() -%}
is_good and is_next_good and next_us <= until_us
{%- endmacro %}


{#- Units per microsecond on the way to the next reading: a linear signal goes straight there, a counter unless it falls. -#}
{% macro line_slope() -%}
case
            when {{ leads_on() }} and (is_linear or counter_range is not null and next_value >= value)
                then (next_value - value) / (next_us - read_us)
            else 0
        end
{%- endmacro %}


{#-
    What a counter (counter_range: where it rolls over, 0 for never) counts on the way to the next reading, per microsecond. A fall from the last tenth of its range into the
    first is a rollover; a counter that fell otherwise was reset, and all that it shows was counted since. Null for other signals.
-#}
{% macro counted_rate() -%}
case
            when counter_range is not null and {{ leads_on() }} then
                case
                    when next_value >= value then next_value - value
                    when counter_range > 0 and 10 * value >= 9 * counter_range and 10 * next_value <= counter_range
                        then next_value + counter_range - value
                    else next_value
                end / (next_us - read_us)
        end
{%- endmacro %}
