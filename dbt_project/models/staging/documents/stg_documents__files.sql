with source as (
    select * from {{ source('documents', 'files') }}
),

renamed as (
    select
        path as document_path,
        content_sha256,
        version as document_version,
        status as document_status,
        size_bytes,
        mime_type,
        modified_at,
        moved_from as moved_from_path,
        order_no,
        batch_no,
        material_no,
        equipment as equipment_code,
        document_type,
        links as links_json,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
