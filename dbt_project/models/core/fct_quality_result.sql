-- Kept in the lake by every gate: the columns stand here, the rows follow after all models.
select
    cast(null as string) as run_id,
    cast(null as string) as gate,
    cast(null as string) as dataset,
    cast(null as date) as batch_date,
    cast(null as string) as rule_name,
    cast(null as string) as column_name,
    cast(null as string) as rule_text,
    cast(null as string) as dimension,
    cast(null as string) as severity,
    cast(null as boolean) as is_passed,
    cast(null as string) as outcome,
    cast(null as bigint) as checked_count,
    cast(null as bigint) as unexpected_count,
    cast(null as bigint) as batch_row_count,
    cast(null as string) as observed_text,
    cast(null as string) as sample_text,
    {{ no_instant() }} as judged_at
where 1 = 0
