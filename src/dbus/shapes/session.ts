import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property, signal } from '../shape.js';

/** Progress is told at most four times a second. */
const PROGRESS = { every: 250 };

export const sessionShape = defineShape({
  name: interfaces.session,
  properties: {
    Binding: property('o', 'const'),
    Cause: property('s', 'const'),
    State: property('s', 'read'),
    Done: property('u', 'read', PROGRESS),
    Planned: property('u', 'read', PROGRESS),
    Conflicts: property('u', 'read', PROGRESS),
    StartTime: property('t', 'read'),
    ErrorName: property('s', 'read'),
    ErrorMessage: property('s', 'read'),
  },
  methods: {
    Cancel: method([options], []),
    Suspend: method([options], []),
    Resume: method([options], []),
  },
  signals: {
    Finished: signal([arg('result', 's'), arg('details', 'a{sv}')]),
  },
});
