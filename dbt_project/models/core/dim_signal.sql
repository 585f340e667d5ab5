with signals as (
    select * from {{ ref('int_signals__signal') }}
),

periods as (
    select * from {{ ref('dim_signal_period') }}
),

histories as (
    select
        signal_id,
        {{ sorted_texts(surrogate_key(
            [micros('valid_from'), 'source_tag', 'source_unit', 'unit', 'equipment_id']
        )) }} as history
    from periods
    group by signal_id
)

select
    {{ surrogate_key(['signals.signal_id']) }} as signal_key,
    signals.signal_id,
    signals.site_code,
    signals.tag,
    periods.equipment_id,
    signals.measurement,
    signals.signal_description,
    signals.unit,
    signals.interpolation,
    signals.rollover_at,
    signals.max_gap_s,
    signals.low_limit,
    signals.high_limit,
    periods.uns_path,
    {{ surrogate_key([
        'signals.signal_id', 'signals.interpolation', 'cast(signals.rollover_at as decimal(18, 4))',
        'signals.max_gap_s', 'histories.history'
    ]) }} as _signal_version,
    signals._source_ingested_at
from signals
inner join periods on signals.signal_id = periods.signal_id and periods.is_current
inner join histories on signals.signal_id = histories.signal_id
