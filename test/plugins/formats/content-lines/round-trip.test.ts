import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Component } from '../../../../src/plugins/formats/content-lines/component.js';
import { DIALECTS, isVersit } from '../../../../src/plugins/formats/content-lines/dialect.js';
import { parseContentLines } from '../../../../src/plugins/formats/content-lines/parse.js';
import {
  escaped,
  fieldListsOf,
  fieldsOf,
  joined,
  listed,
  listOf,
  textOf,
} from '../../../../src/plugins/formats/content-lines/values.js';
import { writeContentLines } from '../../../../src/plugins/formats/content-lines/write.js';
import { line, text, tree } from './arbitrary.js';

/** Parameters in an order of their own: vCard 2.1 writes ENCODING last. */
const ordered = (one: Component): Component => ({
  ...one,
  properties: one.properties.map((property) => ({
    ...property,
    parameters: [...property.parameters].sort((a, b) => (a.name < b.name ? -1 : 1)),
  })),
  components: one.components.map(ordered),
});

for (const dialect of DIALECTS) {
  test(`what is written in ${dialect} is read again to the letter`, () => {
    fc.assert(
      fc.property(fc.array(tree(dialect), { minLength: 1, maxLength: 3 }), (trees) => {
        assert.deepEqual(parseContentLines(writeContentLines(trees)).map(ordered), trees.map(ordered));
      }),
    );
  });

  test(`no line of ${dialect} is longer than it may be, and none ends inside a character`, () => {
    fc.assert(
      fc.property(tree(dialect), (one) => {
        const bytes = Buffer.from(writeContentLines([one]));
        for (let from = 0; from < bytes.length; ) {
          const end = bytes.indexOf('\r\n', from);
          const piece = bytes.subarray(from, end);
          assert.equal(Buffer.from(piece.toString()).compare(piece), 0);
          // Plain lines of the versit family are left whole: old devices know no folds.
          if (!isVersit(dialect)) assert(piece.length <= 75, `${piece.length} octets`);
          else if (piece.at(-1) === 0x3d && !piece.includes(':')) assert(piece.length <= 76, `${piece.length} octets`);
          from = end + 2;
        }
      }),
    );
  });

  test(`texts, fields and lists keep every character through the escapes of ${dialect}`, () => {
    const property = (value: string) => ({ group: '', name: 'X', spelling: 'X', parameters: [], value });
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), (one, several) => {
        assert.equal(textOf(property(escaped(one, dialect)), dialect), one);
        assert.deepEqual(fieldsOf(property(joined(several, dialect)), dialect), several);
        assert.deepEqual(listOf(property(listed(several, dialect)), dialect), several);
      }),
    );
  });
}

test('fields may be lists', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }), (fields) => {
      for (const dialect of ['vcard-2.1', 'vcard-3.0'] as const) {
        const value = fields.map((field) => listed(field, dialect)).join(';');
        const property = { group: '', name: 'N', spelling: 'N', parameters: [], value };
        assert.deepEqual(fieldListsOf(property, dialect), fields);
      }
    }),
  );
});
