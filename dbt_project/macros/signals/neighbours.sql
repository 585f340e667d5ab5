{#-
    How far a good reading stands out from both of its neighbours, in the signal's unit: above 0 over the higher, below 0
    under the lower, 0 between them. That is its distance from the median of three, the smallest window of Hampel's filter.
    Null where it or a neighbour is not good, where the one before would no longer hold at the next, and for a reading that holds
    for longer than a twentieth of the longest gap: that is a state of the process, not a spike.
-#}
{% macro lone_height() -%}
case
            when
                is_good and is_next_good and former_value is not null and former_until_us >= next_us
                and next_us - read_us <= gap_us / 20
                then
                    greatest(value - greatest(former_value, next_value), 0)
                    + least(value - least(former_value, next_value), 0)
        end
{%- endmacro %}


{#-
    Whether a reading stands before the one in its file that precedes it in time and still holds: there the file's order is
    not that of the times. Many in an hour are what a clock leaves that was set back.
-#}
{% macro is_backward() -%}
coalesce(
            former_until_us >= read_us and former_ingested_at = _source_ingested_at and former_row > _source_row, false
        )
{%- endmacro %}


{#-
    A segment is as new as its reading and the next one. The one before decides about all of it only where the reading may stand
    out between the two, so within its own longest gap; else about the minute in which it is read (compared_ingested_at).
-#}
{% macro segment_ages() -%}
greatest(
            _source_ingested_at,
            case when next_us <= until_us then next_ingested_at else _source_ingested_at end,
            case when former_until_us >= next_us then former_ingested_at else _source_ingested_at end
        ) as _source_ingested_at,
        case when former_until_us >= read_us then former_ingested_at else _source_ingested_at end
            as compared_ingested_at
{%- endmacro %}
