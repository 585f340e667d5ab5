{{ canonical_readings(ref('stg_sitewise__readings')) }}
