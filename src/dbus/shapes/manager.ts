import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property } from '../shape.js';

export const managerShape = defineShape({
  name: interfaces.manager,
  properties: {
    Version: property('s', 'const'),
    ApiVersion: property('u', 'const'),
    Probing: property('b', 'read'),
    Paused: property('b', 'readwrite'),
    Models: property('aa{sv}', 'read'),
    Problems: property('aa{sv}', 'read'),
    Listeners: property('aa{sv}', 'read'),
  },
  methods: {
    CreateBinding: method([arg('device', 'o'), arg('settings', 'a{sv}'), options], [arg('binding', 'o')]),
    CreateAccount: method([arg('settings', 'a{sv}'), options], [arg('device', 'o')]),
    AddStore: method([arg('provider', 's'), arg('address', 's'), options], [arg('store', 'o')]),
    RemoveStore: method([arg('store', 'o'), options], []),
    Explain: method([arg('device', 'o'), options], [arg('explanation', 's')]),
    Record: method([arg('device', 'o'), options], [arg('evidence', 's')]),
    ReloadRules: method([options], []),
    Inhibit: method([arg('reason', 's'), options], [arg('cookie', 'u')]),
    Uninhibit: method([arg('cookie', 'u'), options], []),
    History: method([options], [arg('sessions', 'aa{sv}')]),
  },
  signals: {},
});
