{%- set key = 'site_code, line, comparison, comparison_code' %}
{%- set carried = key ~ ', baseline_from, baseline_to, changed_from, changed_to, equipment_id, '
    ~ 'baseline_busy_s, changed_busy_s, baseline_oee, changed_oee' %}

with losses as (
    select * from {{ ref('mart_oee__loss') }}
),

{{ comparisons('losses') }},

-- A loss that an equipment has on one side only counts zero on the other.
sides as (
    select
        comparisons.site_code,
        comparisons.line,
        comparisons.comparison,
        comparisons.comparison_code,
        comparisons.baseline_from,
        comparisons.baseline_to,
        comparisons.changed_from,
        comparisons.changed_to,
        losses.equipment_id,
        losses.loss_code,
        sum(case when losses.production_day <= comparisons.baseline_to then losses.loss_s else 0 end)
            as baseline_loss_s,
        sum(case when losses.production_day > comparisons.baseline_to then losses.loss_s else 0 end)
            as changed_loss_s
    from comparisons
    inner join losses
        on
            comparisons.site_code = losses.site_code
            and comparisons.line = losses.line
            and (
                losses.production_day between comparisons.baseline_from and comparisons.baseline_to
                or losses.production_day between comparisons.changed_from and comparisons.changed_to
            )
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),

totals as (
    select
        {%- for side in ['baseline', 'changed'] %}
        sum({{ side }}_loss_s) over equipment as {{ side }}_busy_s,
        sum({{ side }}_loss_s) over line as {{ side }}_line_busy_s,
        sum(case when loss_code = 'none' then {{ side }}_loss_s else 0 end) over line as {{ side }}_good_s,
        {%- endfor %}
        sides.*
    from sides
    window
        equipment as (partition by {{ key }}, equipment_id),
        line as (partition by {{ key }})
),

-- Share of the equipment in the line's busy time, of the loss in the equipment's. Where an equipment was busy
-- on one side only, its rates there stand for both, so that all of its effect is mix.
rates as (
    select
        {%- for side, other in [('baseline', 'changed'), ('changed', 'baseline')] %}
        {{ ratio(side ~ '_good_s', side ~ '_line_busy_s') }} as {{ side }}_oee,
        {{ ratio(side ~ '_busy_s', side ~ '_line_busy_s') }} as {{ side }}_weight,
        coalesce(
            {{ ratio(side ~ '_loss_s', side ~ '_busy_s') }},
            {{ ratio(other ~ '_loss_s', other ~ '_busy_s') }},
            0
        ) as {{ side }}_rate,
        {%- endfor %}
        totals.*
    from totals
    where baseline_line_busy_s > 0 and changed_line_busy_s > 0
),

-- Bennet's decomposition of a sum of weight * rate: each factor's change at the mean of the other. A shift of
-- busy time counts by how much better than the line the equipment is.
effects as (
    select
        {{ carried }},
        loss_code,
        baseline_loss_s,
        changed_loss_s,
        (baseline_weight + changed_weight) / 2 * (baseline_rate - changed_rate) as contribution
    from rates
    where loss_code <> 'none'
    union all
    select
        {{ carried }},
        'mix' as loss_code,
        cast(null as double) as baseline_loss_s,
        cast(null as double) as changed_loss_s,
        (max(changed_weight) - max(baseline_weight)) * (
            sum(case when loss_code = 'none' then baseline_rate + changed_rate else 0 end)
            - max(baseline_oee) - max(changed_oee)
        ) / 2 as contribution
    from rates
    group by {{ carried }}
)

select
    {{ carried }},
    loss_code,
    baseline_loss_s,
    changed_loss_s,
    changed_oee - baseline_oee as oee_change,
    contribution
from effects
