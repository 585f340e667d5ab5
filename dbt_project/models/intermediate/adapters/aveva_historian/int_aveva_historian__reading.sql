{{ canonical_readings(ref('stg_aveva_historian__readings')) }}
