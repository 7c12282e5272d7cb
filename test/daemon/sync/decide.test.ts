import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../../src/daemon/sync/decide.js';

test('two-way sync is these nine cells', () => {
  assert.deepEqual(decide, {
    kept: { kept: 'nothing', edited: 'put-left', gone: 'remove-left' },
    edited: { kept: 'put-right', edited: 'conflict', gone: 'conflict' },
    gone: { kept: 'remove-right', edited: 'conflict', gone: 'forget' },
  });
});
