{#- Intervals [started_at, ended_at) of one `partition_by` follow each other; with `exhaustive` without a gap. -#}
{% test non_overlapping(model, partition_by, started_at='started_at', ended_at='ended_at', exhaustive=false) %}
with neighbours as (
    select
        {{ partition_by }},
        {{ started_at }} as started_at,
        {{ ended_at }} as ended_at,
        lead({{ started_at }}) over (partition by {{ partition_by }} order by {{ started_at }}, {{ ended_at }}) as next_started_at
    from {{ model }}
)

select * from neighbours
where ended_at < started_at or next_started_at {{ '<>' if exhaustive else '<' }} ended_at
{% endtest %}
