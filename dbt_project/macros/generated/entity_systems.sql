{# Generated from models/intermediate/adapters by `python -m orchestration.lib.generate`: rename adapters, not lines here. #}
{% macro entity_systems() %}
  {% set feeders = {
    'bill_of_material': ['adventureworks'],
    'confirmation': ['sap_ecc'],
    'counter': ['mes'],
    'downtime_reason': ['mes'],
    'equipment': ['adventureworks', 'plant'],
    'inspection': ['mes'],
    'inspection_lot': ['sap_ecc'],
    'machine_state': ['mes'],
    'maintenance_notification': ['sap_ecc'],
    'maintenance_order': ['sap_ecc'],
    'material': ['adventureworks', 'sap_ecc'],
    'operation': ['adventureworks', 'sap_ecc'],
    'production_order': ['adventureworks', 'sap_ecc'],
    'purchase_line': ['adventureworks'],
    'reading': ['aveva_historian', 'aveva_odata', 'ignition', 'influxdb', 'influxdb_csv', 'mqtt_json', 'opcua', 'pi_datalink', 'pi_historian', 'pi_web_api', 'proficy', 'sitewise', 'sparkplug_b'],
    'reason': ['adventureworks', 'plant'],
    'shift': ['plant'],
    'signal': ['plant'],
    'stock_balance': ['adventureworks'],
    'stock_movement': ['adventureworks', 'sap_ecc'],
    'supplier': ['adventureworks'],
    'touched_instant': ['mes'],
    'vibration_snapshot': ['cms'],
    'work_centre': ['sap_ecc'],
  } %}
  {{ return(feeders) }}
{% endmacro %}
