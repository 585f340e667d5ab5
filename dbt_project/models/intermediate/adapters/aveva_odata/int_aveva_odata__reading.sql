{{ canonical_readings(ref('stg_aveva_odata__readings')) }}
