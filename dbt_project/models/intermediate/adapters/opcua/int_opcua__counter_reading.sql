{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}
{{ readings_of_counters('opcua', ref('stg_opcua__readings')) }}
