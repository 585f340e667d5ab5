with moved as (
    select
        order_id,
        order_role,
        site_code,
        lot_id,
        material_id,
        batch_no,
        quantity_unit,
        sum(moved_qty) as moved_qty,
        min(posting_date) as first_date,
        max(posting_date) as last_date,
        max(_source_ingested_at) as _source_ingested_at
    from {{ ref('fct_stock_movement') }}
    where order_id is not null and lot_id is not null and order_role is not null
    group by order_id, order_role, site_code, lot_id, material_id, batch_no, quantity_unit
),

consumed as (
    select * from moved
    where order_role = 'component' and moved_qty < 0
),

produced as (
    select
        *,
        count(*) over (partition by order_id) as produced_lots
    from moved
    where order_role = 'product' and moved_qty > 0
),

linked as (
    select
        {{ surrogate_key(['consumed.order_id']) }} as order_key,
        consumed.order_id,
        consumed.site_code,
        consumed.lot_id as parent_lot_id,
        {{ surrogate_key(['consumed.material_id']) }} as parent_material_key,
        consumed.material_id as parent_material_id,
        consumed.batch_no as parent_batch_no,
        produced.lot_id as child_lot_id,
        {{ surrogate_key(['produced.material_id']) }} as child_material_key,
        produced.material_id as child_material_id,
        produced.batch_no as child_batch_no,
        cast(abs(consumed.moved_qty) as decimal(18, 4)) as consumed_qty,
        consumed.quantity_unit as consumed_unit,
        cast(produced.moved_qty as decimal(18, 4)) as produced_qty,
        produced.quantity_unit as produced_unit,
        produced.produced_lots,
        consumed.material_id = produced.material_id as is_rework,
        consumed.first_date as first_consumed_date,
        produced.last_date as last_produced_date,
        greatest(consumed._source_ingested_at, produced._source_ingested_at) as _source_ingested_at
    from consumed
    inner join produced on consumed.order_id = produced.order_id
)

select * from linked
