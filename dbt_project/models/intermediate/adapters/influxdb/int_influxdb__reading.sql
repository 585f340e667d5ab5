{{ canonical_readings(ref('stg_influxdb__readings')) }}
