{{ canonical_readings(ref('stg_pi_web_api__readings')) }}
