with lots as (
    select * from {{ ref('stg_sap_ecc__qals') }}
),

-- a decision that is changed gets a new number: the last one on the whole lot counts
decisions as (
    select
        *,
        row_number() over (partition by client, inspection_lot_no order by decision_no desc) as decision_rank
    from {{ ref('stg_sap_ecc__qave') }}
    where decision_kind = 'L'
),

factors as (
    select * from {{ ref('int_sap_ecc__unit_factor') }}
),

decided as (
    select
        lots.site_code,
        {{ site_id('lots.site_code', strip_zeros('lots.inspection_lot_no')) }} as inspection_lot_id,
        lots.inspection_type,
        lots.created_date,
        lots.material_id,
        {{ site_id('lots.site_code', 'lots.order_no') }} as order_id,
        lots.batch_no,
        {{ in_base_unit('lots.lot_qty', 'factors') }} as lot_qty,
        coalesce(factors.base_unit, lots.quantity_unit) as quantity_unit,
        {{ in_base_unit('lots.unrestricted_qty', 'factors') }} as unrestricted_qty,
        {{ in_base_unit('lots.scrap_qty', 'factors') }} as scrap_qty,
        decisions.usage_decision_code,
        case decisions.valuation when 'A' then true when 'R' then false end as is_accepted,
        decisions.decided_date,
        greatest(lots._ingested_at, decisions._ingested_at, factors._ingested_at) as _source_ingested_at
    from lots
    left join decisions
        on
            lots.client = decisions.client
            and lots.inspection_lot_no = decisions.inspection_lot_no
            and decisions.decision_rank = 1
    left join factors
        on
            lots.client = factors.client
            and lots.material_id = factors.material_id
            and lots.quantity_unit = factors.unit
)

select * from decided
