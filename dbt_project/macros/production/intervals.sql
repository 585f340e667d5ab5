{#-
    Arithmetic of half-open intervals [started_at, ended_at) of equipment. What may overlap is joined day by day, so that a
    join costs as many comparisons as a day holds, not as a history does.
-#}

{#- One row per interval and UTC day that it touches, with `day_no`. -#}
{% macro by_day(relation) -%}
select
    *,
    {{ each_from_to(
        window_no(micros('started_at'), 86400000000), window_no(micros('ended_at') ~ ' - 1', 86400000000)
    ) }} as day_no
from {{ relation }}
where started_at < ended_at
{%- endmacro %}


{#- Day of an instant, to meet by_day. -#}
{% macro day_of(instant_at) -%}
{{ window_no(micros(instant_at), 86400000000) }}
{%- endmacro %}


{#-
    The CTE `<spans>_won`: overlapping spans (equipment_id, started_at, ended_at, `id`) cut so that at each instant one holds:
    the first by `precedence`. A span that another one interrupts goes on after it. Columns equipment_id, started_at,
    ended_at and `id`, null where none holds; after the last span ended_at is null.
-#}
{% macro exclusive_spans(spans, id, precedence) -%}
{{ spans }}_days as (
    {{ by_day(spans) }}
),

{{ spans }}_bounds as (
    select
        equipment_id,
        started_at as instant_at
    from {{ spans }}
    where started_at < ended_at
    union
    select
        equipment_id,
        ended_at as instant_at
    from {{ spans }}
    where started_at < ended_at
),

{{ spans }}_slices as (
    select
        bounds.equipment_id,
        bounds.instant_at as started_at,
        days.{{ id }},
        row_number() over (
            partition by bounds.equipment_id, bounds.instant_at order by {{ precedence }}
        ) as precedence_no
    from {{ spans }}_bounds as bounds
    left join {{ spans }}_days as days
        on
            bounds.equipment_id = days.equipment_id
            and {{ day_of('bounds.instant_at') }} = days.day_no
            and bounds.instant_at >= days.started_at
            and bounds.instant_at < days.ended_at
),

{{ spans }}_changes as (
    select
        *,
        coalesce(lag({{ id }}) over (partition by equipment_id order by started_at), '') as previous_id
    from {{ spans }}_slices
    where precedence_no = 1
),

{{ spans }}_won as (
    select
        equipment_id,
        started_at,
        lead(started_at) over (partition by equipment_id order by started_at) as ended_at,
        {{ id }}
    from {{ spans }}_changes
    where coalesce({{ id }}, '') <> previous_id
)
{%- endmacro %}


{#-
    The CTE `<pieces>_split`: pieces cut at the borders of `windows`, which do not overlap each other. Columns equipment_id,
    piece_started_at, started_at, ended_at and `id` of the window, null outside of windows.
-#}
{% macro split_by_windows(pieces, windows, id) -%}
{{ pieces }}_days as (
    {{ by_day(pieces) }}
),

{{ windows }}_days as (
    {{ by_day(windows) }}
),

{{ pieces }}_inside as (
    select
        pieces.equipment_id,
        pieces.started_at as piece_started_at,
        greatest(pieces.started_at, windows.started_at) as started_at,
        least(pieces.ended_at, windows.ended_at) as ended_at,
        windows.{{ id }}
    from {{ pieces }}_days as pieces
    inner join {{ windows }}_days as windows
        on
            pieces.equipment_id = windows.equipment_id
            and pieces.day_no = windows.day_no
            and pieces.started_at < windows.ended_at
            and pieces.ended_at > windows.started_at
    where pieces.day_no = {{ day_of('greatest(pieces.started_at, windows.started_at)') }}
),

{{ pieces }}_cuts as (
    select equipment_id, started_at as piece_started_at, started_at, cast(null as string) as {{ id }} from {{ pieces }}
    where started_at < ended_at
    union all
    select equipment_id, piece_started_at, started_at, cast({{ id }} as string) as {{ id }} from {{ pieces }}_inside
    union all
    select inside.equipment_id, inside.piece_started_at, inside.ended_at as started_at, cast(null as string) as {{ id }}
    from {{ pieces }}_inside as inside
    inner join {{ pieces }} as pieces
        on inside.equipment_id = pieces.equipment_id and inside.piece_started_at = pieces.started_at
    where inside.ended_at < pieces.ended_at
),

{{ pieces }}_merged as (
    select
        equipment_id,
        piece_started_at,
        started_at,
        max({{ id }}) as {{ id }}
    from {{ pieces }}_cuts
    group by equipment_id, piece_started_at, started_at
),

{{ pieces }}_split as (
    select
        merged.equipment_id,
        merged.piece_started_at,
        merged.started_at,
        coalesce(
            lead(merged.started_at) over (
                partition by merged.equipment_id, merged.piece_started_at order by merged.started_at
            ),
            pieces.ended_at
        ) as ended_at,
        merged.{{ id }}
    from {{ pieces }}_merged as merged
    inner join {{ pieces }} as pieces
        on merged.equipment_id = pieces.equipment_id and merged.piece_started_at = pieces.started_at
)
{%- endmacro %}
