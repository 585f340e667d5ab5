{{ mes_machine_states(source('mes', 'machine_states')) }}
