with stretches as (
    select * from {{ ref('int_production__stretch') }}
),

events as {{ once() }} (
    {{ since_stretch(ref('int_production__machine_state'), 'changed_at') }}
),

counters as (
    {{ since_stretch(ref('int_production__counter'), 'counted_at') }}
),

running_states as (
    select distinct
        source_system,
        state
    from {{ ref('int_production__state_map') }}
    where time_element in ('apt', 'aust')
),

feeds as (
    select distinct
        equipment_id,
        source_system
    from events
),

signs_of_life as (
    select
        equipment_id,
        source_system,
        changed_at as seen_at
    from events
    union
    select
        counters.equipment_id,
        feeds.source_system,
        counters.counted_at as seen_at
    from counters
    inner join feeds on counters.equipment_id = feeds.equipment_id
),

followed as (
    select
        *,
        lead(seen_at) over (partition by equipment_id, source_system order by seen_at) as next_seen_at
    from signs_of_life
),

silences as (
    -- from when on nothing more was heard for too long
    select
        equipment_id,
        source_system,
        seen_at,
        min(
            case
                when
                    next_seen_at is null
                    or {{ seconds_between('seen_at', 'next_seen_at') }}
                    > {{ production_parameter('running_silence_s') }}
                    then {{ seconds_after('seen_at', production_parameter('running_silence_s')) }}
            end
        ) over (
            partition by equipment_id, source_system
            order by seen_at rows between current row and unbounded following
        ) as silent_from
    from followed
),

ordered as (
    select
        *,
        lead(changed_at) over (
            partition by equipment_id, source_system order by changed_at, state_event_id
        ) as next_changed_at
    from events
),

spans as (
    select
        ordered.equipment_id,
        ordered.state_event_id,
        ordered.source_system,
        ordered.changed_at as started_at,
        case
            when ordered.ended_at is not null then ordered.ended_at
            when running_states.state is not null
                then least(coalesce(ordered.next_changed_at, stretches.last_at), silences.silent_from)
            else least(
                coalesce(ordered.next_changed_at, stretches.last_at),
                {{ seconds_after('ordered.changed_at', production_parameter('standing_silence_s')) }}
            )
        end as ended_at,
        ordered._source_ingested_at
    from ordered
    inner join stretches on ordered.equipment_id = stretches.equipment_id
    inner join silences
        on
            ordered.equipment_id = silences.equipment_id
            and ordered.source_system = silences.source_system
            and ordered.changed_at = silences.seen_at
    left join running_states
        on ordered.source_system = running_states.source_system and ordered.state = running_states.state
)

select * from spans
