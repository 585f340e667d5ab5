{{ config(materialized='table') }}

{{ union_active_systems('machine_state') }}
