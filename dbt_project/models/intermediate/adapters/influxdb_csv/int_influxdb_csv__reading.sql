{{ canonical_readings(ref('stg_influxdb_csv__readings')) }}
