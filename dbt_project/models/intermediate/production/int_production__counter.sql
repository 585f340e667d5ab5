{{ config(materialized='table') }}

{{ union_active_systems('counter') }}
