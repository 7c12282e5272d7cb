import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepts, extensionFor, mediaTypeOf } from '../../src/plugins/media-types.js';

test('a file is what its extension says, whatever its case', () => {
  for (const [name, type] of [
    ['IMG_0001.JPG', 'image/jpeg'],
    ['a.b/c.Mp3', 'audio/mpeg'],
    ['anna.vcf', 'text/vcard'],
    ['no extension', 'application/octet-stream'],
    ['.', 'application/octet-stream'],
    ['odd.constructor', 'application/octet-stream'],
  ] as const)
    assert.equal(mediaTypeOf(name), type);
});

test('a type has the extension most people know it by', () => {
  assert.equal(extensionFor('image/jpeg'), 'jpg');
  assert.equal(extensionFor('TEXT/X-VCARD; charset=utf-8'), 'vcf');
  assert.equal(extensionFor('application/x-unheard-of'), undefined);
});

test('a pattern takes a type, all of a kind, or everything', () => {
  assert(accepts(['*'], 'application/octet-stream'));
  assert(accepts(['audio/*', 'image/*'], 'image/png'));
  assert(accepts(['text/vcard'], 'text/vcard; charset=utf-8'));
  assert(!accepts(['image/*'], 'imagery/png'));
  assert(!accepts(['text/vcard'], 'text/calendar'));
  assert(!accepts([], 'text/plain'));
});
