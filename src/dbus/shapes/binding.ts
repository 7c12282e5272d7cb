import { interfaces } from '../names.js';
import { arg, defineShape, method, options, property } from '../shape.js';

export const bindingShape = defineShape({
  name: interfaces.binding,
  properties: {
    Device: property('o', 'const'),
    Pairs: property('a(ss)', 'read'),
    Enabled: property('b', 'readwrite'),
    Triggers: property('as', 'readwrite'),
    Interval: property('u', 'readwrite'),
    Direction: property('s', 'readwrite'),
    ConflictPolicy: property('s', 'readwrite'),
    FirstSync: property('s', 'readwrite'),
    Filter: property('a{sv}', 'readwrite'),
    Options: property('a{sv}', 'readwrite'),
    OptionTypes: property('a{ss}', 'read'),
    State: property('s', 'read'),
    Question: property('s', 'read'),
    QuestionDetails: property('a{sv}', 'read'),
    LastSync: property('t', 'read'),
    LastResult: property('s', 'read'),
  },
  methods: {
    StartSync: method([options], [arg('session', 'o'), arg('properties', 'a{sv}')]),
    Plan: method([options], [arg('plan', 'o'), arg('properties', 'a{sv}')]),
    Decide: method([arg('question', 's'), arg('answer', 's'), options], []),
    Undo: method([arg('session', 's'), options], [arg('undo_session', 'o'), arg('properties', 'a{sv}')]),
    Reset: method([options], []),
    Provision: method([options], []),
    Remove: method([options], []),
  },
  signals: {},
});
