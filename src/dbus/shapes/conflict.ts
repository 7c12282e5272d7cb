import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property } from '../shape.js';

export const conflictShape = defineShape({
  name: interfaces.conflict,
  properties: {
    Binding: property('o', 'const'),
    Store: property('s', 'const'),
    Since: property('t', 'const'),
    DeviceSide: property('a{sv}', 'read'),
    DesktopSide: property('a{sv}', 'read'),
    Choices: property('as', 'read'),
  },
  methods: {
    GetContent: method([arg('side', 's'), options], [arg('content_type', 's'), arg('content', 'ay')]),
    Resolve: method([arg('choice', 's'), options], []),
  },
  signals: {},
});
