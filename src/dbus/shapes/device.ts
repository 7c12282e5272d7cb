import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property } from '../shape.js';

export const deviceShape = defineShape({
  name: interfaces.device,
  properties: {
    Id: property('s', 'const'),
    Manufacturer: property('s', 'read'),
    Model: property('s', 'read'),
    Label: property('s', 'readwrite'),
    Kind: property('s', 'read'),
    Icon: property('s', 'read'),
    Present: property('b', 'read'),
    Identified: property('b', 'read'),
    Ownership: property('s', 'read'),
    OwnershipReason: property('s', 'read'),
    Owner: property('s', 'read'),
    Plugin: property('s', 'read'),
    Transports: property('as', 'read'),
    Stores: property('aa{sv}', 'read'),
    Bindings: property('ao', 'read'),
    LastSeen: property('t', 'read'),
    Busy: property('s', 'read'),
    SafeToUnplug: property('b', 'read'),
    Account: property('a{sv}', 'read'),
  },
  methods: {
    Claim: method([options], []),
    Release: method([options], []),
    Forget: method([options], []),
    Eject: method([options], []),
    SetCredentials: method([arg('user', 's'), arg('password', 's'), options], []),
    StartSync: method([options], [arg('sessions', 'a(oa{sv})')]),
  },
  signals: {},
});
