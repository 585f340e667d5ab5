{{ canonical_readings(ref('stg_ignition__readings')) }}
