with work_centres as (
    select
        *,
        row_number() over (partition by client, work_centre_object_no order by valid_from desc)
            as version_rank
    from {{ ref('stg_sap_ecc__crhd') }}
    where object_type = 'A'
),

names as (
    select
        *,
        row_number() over (
            partition by client, work_centre_object_no
            order by case language when 'E' then 1 when 'D' then 2 else 3 end, language
        ) as language_rank
    from {{ ref('stg_sap_ecc__crtx') }}
    where object_type = 'A'
),

identified as (
    select
        work_centres.client,
        work_centres.work_centre_object_no,
        work_centres.work_centre_code,
        {{ site_id('work_centres.site_code', 'work_centres.work_centre_code') }} as work_centre_id,
        coalesce(names.work_centre_name, work_centres.work_centre_code) as work_centre_name
    from work_centres
    left join names
        on
            work_centres.client = names.client
            and work_centres.work_centre_object_no = names.work_centre_object_no
            and names.language_rank = 1
    where work_centres.version_rank = 1
)

select * from identified
