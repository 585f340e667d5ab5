with materials as (
    select * from {{ ref('stg_sap_ecc__mara') }}
),

names as (
    select * from {{ ref('stg_sap_ecc__makt') }}
),

ranked_names as (
    select
        *,
        row_number() over (
            partition by client, material_id
            order by case language when 'E' then 1 when 'D' then 2 else 3 end, language
        ) as language_rank
    from names
),

plants as (
    select
        client,
        material_id,
        max(case procurement_type when 'E' then true when 'X' then true when 'F' then false end)
            as is_made_in_house
    from {{ ref('stg_sap_ecc__marc') }}
    group by 1, 2
),

-- one cost for a material: of several plants the lowest, whichever was exported first
prices as (
    select
        client,
        material_id,
        min({{ ratio('price', 'price_per_qty') }}) as standard_cost,
        max(_ingested_at) as _ingested_at
    from (
        select
            *,
            case price_control when 'S' then standard_price else moving_price end as price
        from {{ ref('stg_sap_ecc__mbew') }}
    ) as valued
    group by client, material_id
),

identified as (
    select
        materials.material_id,
        coalesce(ranked_names.material_name, materials.material_id) as material_name,
        materials.material_type,
        materials.material_group,
        materials.base_unit,
        cast(prices.standard_cost as decimal(18, 4)) as standard_cost,
        coalesce(
            plants.is_made_in_house,
            case
                when materials.material_type in ('FERT', 'HALB') then true
                when materials.material_type = 'ROH' then false
            end
        ) as is_made_in_house,
        materials.gtin,
        {{ local_to_utc('cast(materials.changed_on as timestamp)', source_site('sap_ecc', 'timezone')) }}
            as changed_at,
        greatest(materials._ingested_at, ranked_names._ingested_at, prices._ingested_at)
            as _source_ingested_at
    from materials
    left join plants
        on materials.client = plants.client and materials.material_id = plants.material_id
    left join prices
        on materials.client = prices.client and materials.material_id = prices.material_id
    left join ranked_names
        on
            materials.client = ranked_names.client
            and materials.material_id = ranked_names.material_id
            and ranked_names.language_rank = 1
)

select * from identified
