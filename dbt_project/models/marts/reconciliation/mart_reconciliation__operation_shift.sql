with accounts as (
    select
        *,
        cast(erp_passed_qty - mes_passed_qty as decimal(18, 4)) as passed_difference_qty,
        cast(erp_scrap_qty - mes_scrap_qty as decimal(18, 4)) as scrap_difference_qty,
        erp_setup_s + erp_run_s - aust_s - apt_s as time_difference_s,
        max(worked_until) over (partition by site_code) as site_worked_until
    from {{ ref('fct_reconciliation') }}
),

confirmations as (
    select * from {{ ref('fct_confirmation') }}
),

-- what the machine made in one shift and a confirmation tells for another one, which has as much too much
moved as (
    select
        made.equipment_id,
        made.operation_id,
        made.shift_id as made_shift_id,
        told.shift_id as told_shift_id,
        min(case
            when abs(
                {{ seconds_between('made.worked_from', 'confirmations.started_at') }}
                - ({{ seconds_between('made.worked_until', 'confirmations.ended_at') }})
            ) <= 120 then 'clock_offset'
            when confirmations.started_at >= made.worked_until then 'late_confirmation'
        end) as cause
    from accounts as made
    inner join accounts as told
        on
            made.equipment_id = told.equipment_id
            and made.operation_id = told.operation_id
            and made.passed_difference_qty = told.passed_difference_qty * -1
            and made.scrap_difference_qty = told.scrap_difference_qty * -1
    inner join confirmations
        on
            made.equipment_id = confirmations.equipment_id
            and made.operation_id = confirmations.operation_id
            and made.mes_passed_qty = confirmations.yield_qty + confirmations.rework_qty
            and made.mes_scrap_qty = confirmations.scrap_qty
    where made.erp_confirmations = 0 and made.mes_passed_qty + made.mes_scrap_qty > 0
    group by made.equipment_id, made.operation_id, made.shift_id, told.shift_id
),

moves as (
    select
        equipment_id,
        operation_id,
        shift_id,
        min(cause) as cause
    from (
        select
            equipment_id,
            operation_id,
            made_shift_id as shift_id,
            cause
        from moved
        union all
        select
            equipment_id,
            operation_id,
            told_shift_id as shift_id,
            cause
        from moved
    ) as both_sides
    group by equipment_id, operation_id, shift_id
),

caused as (
    select
        accounts.*,
        {{ difference_cause('accounts', 'moves.cause') }} as cause
    from accounts
    left join moves
        on
            accounts.equipment_id = moves.equipment_id
            and accounts.operation_id = moves.operation_id
            and accounts.shift_id = moves.shift_id
)

select
    site_code,
    equipment_id,
    order_key,
    order_id,
    operation_id,
    production_day,
    shift_key,
    shift_id,
    shift_code,
    is_whole_operation,
    erp_confirmations,
    erp_passed_qty,
    mes_passed_qty,
    passed_difference_qty,
    erp_scrap_qty,
    mes_scrap_qty,
    scrap_difference_qty,
    cause,
    erp_setup_s + erp_run_s as erp_time_s,
    aust_s + apt_s as machine_time_s,
    time_difference_s,
    case
        when abs(time_difference_s) <= 60 + 1e-2 * (aust_s + apt_s) then null
        when cause is not null then cause
        when
            time_difference_s < 0
            and {{ seconds_between('worked_until', 'site_worked_until') }} < 86400
            then 'not_yet_confirmed'
        else 'unexplained'
    end as time_cause,
    case
        when mes_passed_qty + mes_scrap_qty > 0 and apt_s = 0 then 'counted without running'
        when mes_passed_qty + mes_scrap_qty = 0 and apt_s > 600 then 'ran without counting'
    end as machine_doubt
from caused
