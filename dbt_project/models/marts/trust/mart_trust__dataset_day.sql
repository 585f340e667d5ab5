-- The columns stand here; the rows follow with those of the fact, out of quality/trust.
select
    cast(null as string) as dataset,
    cast(null as string) as layer,
    cast(null as date) as batch_date,
    cast(null as double) as accuracy_pct,
    cast(null as double) as completeness_pct,
    cast(null as double) as conformity_pct,
    cast(null as double) as consistency_pct,
    cast(null as double) as uniqueness_pct,
    cast(null as double) as timeliness_pct,
    cast(null as double) as trust_pct,
    cast(null as double) as trust_change,
    cast(null as bigint) as rule_count,
    cast(null as bigint) as failed_rule_count,
    cast(null as bigint) as blocking_rule_count,
    cast(null as bigint) as row_count,
    cast(null as double) as expected_row_count,
    cast(null as boolean) as is_volume_anomaly
from {{ ref('fct_quality_result') }}
where 1 = 0
