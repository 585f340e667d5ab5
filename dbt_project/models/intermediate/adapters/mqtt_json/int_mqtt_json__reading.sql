{{ canonical_readings(ref('stg_mqtt_json__readings')) }}
