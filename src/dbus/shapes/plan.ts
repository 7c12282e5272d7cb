import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property } from '../shape.js';

export const planShape = defineShape({
  name: interfaces.plan,
  properties: {
    Binding: property('o', 'const'),
    Fresh: property('b', 'read'),
    Counts: property('a{su}', 'const'),
  },
  methods: {
    Steps: method([arg('from', 'u'), arg('count', 'u'), options], [arg('steps', 'aa{sv}')]),
    Execute: method([options], [arg('session', 'o'), arg('properties', 'a{sv}')]),
    Discard: method([options], []),
  },
  signals: {},
});
