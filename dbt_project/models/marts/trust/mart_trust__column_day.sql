-- The columns stand here; the rows follow with those of the fact, out of quality/trust.
select
    cast(null as string) as dataset,
    cast(null as string) as column_name,
    cast(null as date) as batch_date,
    cast(null as bigint) as row_count,
    cast(null as bigint) as null_count,
    cast(null as double) as null_pct,
    cast(null as double) as expected_null_pct,
    cast(null as boolean) as is_null_anomaly
from {{ ref('fct_quality_result') }}
where 1 = 0
