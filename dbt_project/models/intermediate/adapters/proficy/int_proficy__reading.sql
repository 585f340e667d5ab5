{{ canonical_readings(ref('stg_proficy__readings')) }}
