with spans as {{ once() }} (
    select
        *,
        {{ system_precedence('source_system') }} as system_no
    from ({{ within_stretch(ref('int_production__state_span')) }}) as near_spans
),

{{ exclusive_spans(
    'spans', 'state_event_id', 'days.system_no, days.started_at desc, days.state_event_id desc'
) }}

select * from spans_won
