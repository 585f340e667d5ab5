{{ canonical_readings(ref('stg_pi_datalink__readings')) }}
