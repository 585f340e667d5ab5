{{ canonical_readings(ref('stg_sparkplug_b__readings')) }}
