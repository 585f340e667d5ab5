with costs as (
    select * from {{ ref('int_master__material_cost') }}
),

described as (
    select
        {{ surrogate_key(['material_id']) }} as material_key,
        material_id,
        valid_from,
        valid_to,
        standard_cost,
        currency,
        valid_to is null as is_current,
        _source_ingested_at
    from costs
)

select * from described
