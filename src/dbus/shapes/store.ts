import { interfaces } from '../names.js';
import { defineShape, property } from '../shape.js';

export const storeShape = defineShape({
  name: interfaces.store,
  properties: {
    Name: property('s', 'const'),
    Label: property('s', 'read'),
    Icon: property('s', 'read'),
    Provider: property('s', 'const'),
    ContentTypes: property('as', 'read'),
    ReadOnly: property('b', 'read'),
    Available: property('b', 'read'),
  },
  methods: {},
  signals: {},
});
