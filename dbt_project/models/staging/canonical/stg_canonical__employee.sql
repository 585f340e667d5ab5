with source as (
    select * from {{ source('canonical', 'employee') }}
),

renamed as (
    select
        site_code,
        employee_code,
        personnel_class,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
