with source as (
    select * from {{ source('mes', 'counters') }}
),

renamed as (
    select
        machine as equipment_code,
        counted_at,
        order_no,
        operation_no,
        material_no as material_id,
        total_count,
        scrap_count,
        rework_count,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
