with equipment as (
    select * from {{ ref('int_master__equipment') }}
),

numbered as (
    select
        *,
        row_number() over (partition by equipment_id order by valid_from nulls first) as version_no,
        lead(valid_from) over (partition by equipment_id order by valid_from nulls first) as next_valid_from
    from equipment
),

versions as (
    -- the first version holds from the beginning of time, so that no fact falls before it
    select
        *,
        case when version_no = 1 then date '1900-01-01' else valid_from end as version_from,
        coalesce(next_valid_from, date '9999-12-31') as version_to
    from numbered
),

described as (
    select
        {{ surrogate_key(['equipment_id', 'version_from']) }} as equipment_key,
        equipment_id,
        site_code,
        equipment_code,
        equipment_name,
        equipment_class,
        enterprise,
        area,
        area_name,
        line,
        line_name,
        calendar_code,
        work_centre_code,
        erp_equipment_code,
        version_from as valid_from,
        version_to as valid_to,
        version_to = date '9999-12-31' as is_current
    from versions
)

select * from described
