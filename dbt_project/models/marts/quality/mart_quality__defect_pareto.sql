with defects as (
    select * from {{ ref('fct_defect') }}
),

materials as (
    select * from {{ ref('dim_material') }}
),

counted as (
    select
        site_code,
        found_by,
        disposition,
        defect_code,
        coalesce(material_id, 'NONE') as material_id,
        count(*) as finding_count,
        count(distinct equipment_id) as equipment_count,
        cast(sum(defect_qty) as decimal(18, 4)) as defect_qty
    from defects
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        *,
        row_number() over (
            partition by site_code, found_by
            order by finding_count desc, defect_code asc, disposition asc, material_id asc
        ) as finding_rank,
        sum(finding_count) over (
            partition by site_code, found_by
            order by finding_count desc, defect_code asc, disposition asc, material_id asc
            rows between unbounded preceding and current row
        ) as cumulative_count,
        sum(finding_count) over (partition by site_code, found_by) as all_count
    from counted
)

select
    ranked.site_code,
    ranked.found_by,
    ranked.disposition,
    ranked.defect_code,
    ranked.material_id,
    materials.material_name,
    ranked.finding_count,
    ranked.equipment_count,
    ranked.defect_qty,
    ranked.finding_rank,
    {{ ratio('ranked.finding_count', 'ranked.all_count') }} as finding_share,
    {{ ratio('ranked.cumulative_count', 'ranked.all_count') }} as cumulative_share
from ranked
left join materials on ranked.material_id = materials.material_id
