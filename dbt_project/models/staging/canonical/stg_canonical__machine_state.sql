{{ canonical_machine_state(source('canonical', 'machine_state')) }}
