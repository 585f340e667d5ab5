{{ canonical_readings(ref('stg_opcua__readings')) }}
