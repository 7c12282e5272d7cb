import { dbus } from './names.js';
import { arg, defineShape, method, signal } from './shape.js';

/** The interfaces every object has, and the one of the tree's root (D-Bus specification, "Standard Interfaces"). */

export const propertiesShape = defineShape({
  name: dbus.properties,
  properties: {},
  methods: {
    Get: method([arg('interface_name', 's'), arg('property_name', 's')], [arg('value', 'v')]),
    Set: method([arg('interface_name', 's'), arg('property_name', 's'), arg('value', 'v')], []),
    GetAll: method([arg('interface_name', 's')], [arg('properties', 'a{sv}')]),
  },
  signals: {
    PropertiesChanged: signal([
      arg('interface_name', 's'),
      arg('changed_properties', 'a{sv}'),
      arg('invalidated_properties', 'as'),
    ]),
  },
});

export const introspectableShape = defineShape({
  name: dbus.introspectable,
  properties: {},
  methods: { Introspect: method([], [arg('xml_data', 's')]) },
  signals: {},
});

export const peerShape = defineShape({
  name: dbus.peer,
  properties: {},
  methods: { Ping: method([], []), GetMachineId: method([], [arg('machine_uuid', 's')]) },
  signals: {},
});

export const objectManagerShape = defineShape({
  name: dbus.objectManager,
  properties: {},
  methods: { GetManagedObjects: method([], [arg('objects', 'a{oa{sa{sv}}}')]) },
  signals: {
    InterfacesAdded: signal([arg('object_path', 'o'), arg('interfaces', 'a{sa{sv}}')]),
    InterfacesRemoved: signal([arg('object_path', 'o'), arg('interfaces', 'as')]),
  },
});
