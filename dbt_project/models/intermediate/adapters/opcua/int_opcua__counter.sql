{{ config(materialized='table') }}
{{ counters_from_readings('opcua', ref('stg_opcua__readings')) }}
