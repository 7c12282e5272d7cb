import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRecording } from '../../src/hal/evidence.js';
import { expectationOf } from '../../src/hal/identity.js';
import { replay } from '../../src/hal/replay.js';
import { loadRules } from '../../src/hal/rules.js';
import { repositoryRoot } from '../support/root.js';
import { shippedVocabulary } from './vocabulary.js';

const fixtures = join(repositoryRoot, 'test/rules/fixtures');
const rules = await loadRules([join(repositoryRoot, 'data/udev-rules/devices.d')], shippedVocabulary);
const hit = new Set<string>();

for (const name of (await readdir(fixtures)).filter((file) => file.endsWith('.evidence')).sort())
  test(`the rules make of ${name} what it expects`, async () => {
    const recording = parseRecording(await readFile(join(fixtures, name)));
    assert.notEqual(recording.comment, '', 'a fixture says what it is');
    assert.ok(recording.expect.size > 0, 'a fixture expects something');
    const { finding, identity } = await replay(recording, rules);
    for (const { verdict, file, line } of finding.match.trace) if (verdict === 'applies') hit.add(`${file}:${line}`);
    const found = new Map([
      ...expectationOf(finding.match, identity),
      ['Id', finding.name.id],
      ['Lasting', String(identity.lasting)],
    ]);
    const seen = new Map([...recording.expect.keys()].map((key) => [key, found.get(key) ?? '']));
    assert.deepEqual(seen, recording.expect);
    for (const probe of recording.probes.keys())
      assert.ok(
        finding.match.probes.some((wish) => wish.name === probe),
        `no rule asks for the recorded probe ${probe}`,
      );
  });

test('every section that is shipped applies to some fixture', () => {
  const idle = rules.sections.filter(({ file, line }) => !hit.has(`${file}:${line}`));
  assert.deepEqual(
    idle.map(({ file, title }) => `${file} [${title}]`),
    [],
  );
});
