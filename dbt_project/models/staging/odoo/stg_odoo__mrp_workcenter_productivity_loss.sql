with source as (
    select * from {{ source('odoo', 'mrp_workcenter_productivity_loss') }}
),

renamed as (
    select
        id as loss_id,
        case
            when left(name, 1) = '{' then {{ json_field('name', 'en_US') }}
            else name
        end as reason_name,
        loss_id as loss_type_id,
        loss_type,
        manual as is_manual,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
