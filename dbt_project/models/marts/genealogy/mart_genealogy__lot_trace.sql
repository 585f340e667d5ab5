{%- set deepest = 16 %}
{%- set first %}
    select
        parent_lot_id as ancestor_lot_id,
        child_lot_id as lot_id,
        1 as steps
    from direct
{%- endset %}
{%- set next %}
    select distinct
        chain.ancestor_lot_id,
        direct.child_lot_id as lot_id,
        chain.steps + 1 as steps
    from @previous as chain
    inner join direct on chain.lot_id = direct.parent_lot_id
{%- endset %}

{{ with_recursive() }} links as (
    select * from {{ ref('bridge_lot_link') }}
),

direct as (
    select distinct
        parent_lot_id,
        child_lot_id
    from links
),

-- a loop of rework comes round again with more steps, until the deepest
{{ recursion('chains', first, next, 'chain.steps', deepest) }},

traced as (
    select
        lot_id,
        ancestor_lot_id,
        min(steps) as steps
    from chains
    group by lot_id, ancestor_lot_id
),

children as (
    select
        child_lot_id as lot_id,
        max(site_code) as site_code,
        max(child_material_id) as material_id,
        max(child_batch_no) as batch_no
    from links
    group by child_lot_id
),

parents as (
    select
        parent_lot_id as lot_id,
        max(parent_material_id) as material_id,
        max(parent_batch_no) as batch_no
    from links
    group by parent_lot_id
),

materials as (
    select * from {{ ref('dim_material') }}
)

select
    children.site_code,
    traced.lot_id,
    children.material_id,
    materials.material_name,
    children.batch_no,
    traced.ancestor_lot_id,
    parents.material_id as ancestor_material_id,
    ancestor_materials.material_name as ancestor_material_name,
    parents.batch_no as ancestor_batch_no,
    cast(traced.steps as bigint) as steps,
    back.lot_id is not null as is_loop
from traced
inner join children on traced.lot_id = children.lot_id
inner join parents on traced.ancestor_lot_id = parents.lot_id
left join traced as back on traced.lot_id = back.ancestor_lot_id and traced.ancestor_lot_id = back.lot_id
left join materials on children.material_id = materials.material_id
left join materials as ancestor_materials on parents.material_id = ancestor_materials.material_id
