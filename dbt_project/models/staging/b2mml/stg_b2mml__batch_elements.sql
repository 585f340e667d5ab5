with source as (
    select * from {{ source('b2mml', 'batch_elements') }}
),

renamed as (
    select
        batch_record_id,
        batch_id,
        element_id,
        parent_element_id,
        element_type,
        product_id,
        started_at,
        completed_at,
        performer,
        instance_count,
        message,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
