{%- set work = ['site_code', 'equipment_id', 'order_id', 'operation_id'] %}
{%- set place = work + ['production_day', 'shift_id', 'shift_code'] %}
{%- set qty = 'decimal(18, 4)' %}
{%- set told = {
    'erp_confirmations': ['1', 'bigint'], 'erp_passed_qty': ['passed_qty', qty],
    'erp_scrap_qty': ['scrap_qty', qty], 'erp_setup_s': ['setup_s', 'double'], 'erp_run_s': ['run_s', 'double'],
    'repeated_passed_qty': ['case when is_repeated then passed_qty else 0 end', qty],
    'repeated_scrap_qty': ['case when is_repeated then scrap_qty else 0 end', qty],
    'other_unit_confirmations': ['case when is_other_unit then 1 else 0 end', 'bigint'] } %}
{%- set made = {
    'mes_passed_qty': ['produced_qty - scrap_qty', 'bigint'], 'mes_scrap_qty': ['scrap_qty', 'bigint'],
    'mes_rework_qty': ['rework_qty', 'bigint'], 'apt_s': ['apt_s', 'double'], 'aust_s': ['aust_s', 'double'],
    'reset_gap_s': ['reset_gap_s', 'double'], 'shift_no_data_s': ['shift_no_data_s', 'double']
} %}
with confirmations as (
    select * from {{ ref('int_reconciliation__confirmation') }}
),

machine as (
    select * from {{ ref('fct_operation_shift') }}
),

-- an operation that is confirmed once, over several shifts or while it is open
whole as (
    select
        confirmations.equipment_id,
        confirmations.operation_id
    from confirmations
    inner join machine
        on
            confirmations.equipment_id = machine.equipment_id
            and confirmations.operation_id = machine.operation_id
    where confirmations.is_counted
    group by confirmations.equipment_id, confirmations.operation_id
    having
        count(distinct confirmations.confirmation_id) = 1
        and min(case when confirmations.is_beyond_shift then 1 else 0 end) = 1
        and (count(distinct machine.shift_id) > 1 or max(confirmations.shift_id) is null)
),

parts as (
    select
        {{ place | join(', ') }},
        {%- for name, value in told.items() %}
        case when is_counted then {{ value[0] }} else 0 end as {{ name }},
        {%- endfor %}
        case when is_counted then 0 else 1 end as cancelled_confirmations,
        {%- for name in made %}
        0 as {{ name }},
        {%- endfor %}
        {{ no_instant() }} as worked_from,
        {{ no_instant() }} as worked_until,
        _source_ingested_at
    from confirmations
    union all
    select
        {{ place | join(', ') }},
        {%- for name in told %}
        0 as {{ name }},
        {%- endfor %}
        0 as cancelled_confirmations,
        {%- for name, value in made.items() %}
        {{ value[0] }} as {{ name }},
        {%- endfor %}
        started_at as worked_from,
        ended_at as worked_until,
        _source_ingested_at
    from machine
),

placed as (
    select
        parts.*,
        whole.operation_id is not null as is_whole_operation,
        case when whole.operation_id is null then parts.shift_id end as own_shift_id,
        case when whole.operation_id is null then parts.shift_code end as own_shift_code
    from parts
    left join whole on parts.equipment_id = whole.equipment_id and parts.operation_id = whole.operation_id
),

summed as (
    select
        {{ work | join(',
        ') }},
        own_shift_id as shift_id,
        own_shift_code as shift_code,
        is_whole_operation,
        max(production_day) as production_day,
        {%- for name, value in (told.items() | list) + (made.items() | list) %}
        cast(sum({{ name }}) as {{ value[1] }}) as {{ name }},
        {%- endfor %}
        cast(sum(cancelled_confirmations) as bigint) as cancelled_confirmations,
        min(worked_from) as worked_from,
        max(worked_until) as worked_until,
        max(_source_ingested_at) as _source_ingested_at
    from placed
    group by {{ work | join(', ') }}, own_shift_id, own_shift_code, is_whole_operation
),

described as (
    select
        site_code,
        equipment_id,
        {{ surrogate_key(['order_id']) }} as order_key,
        order_id,
        operation_id,
        production_day,
        {{ surrogate_key(['shift_id']) }} as shift_key,
        shift_id,
        shift_code,
        is_whole_operation,
        {{ (told | list + ['cancelled_confirmations'] + made | list) | join(',
        ') }},
        worked_from,
        worked_until,
        _source_ingested_at
    from summed
)

select * from described
