import assert from 'node:assert/strict';
import { likeness } from '../../../src/plugins/formats/likeness.js';
import { forever } from '../../support/items.js';

/** The facts of a card as the eye finds them, with no parser of ours: to see that likeness itself does not lie. */
function facts(text: string): string {
  const lines = text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const of = (name: string): readonly string[] =>
    lines
      .filter((line) => new RegExp(`^(?:[A-Za-z0-9-]+\\.)?${name}[;:]`, 'i').test(line))
      .map((line) => line.slice(line.indexOf(':') + 1).replaceAll('\\', ''))
      .sort();
  return JSON.stringify(['FN', 'TEL', 'EMAIL', 'SUMMARY', 'DTSTART', 'NOTE'].map(of));
}

/** Fails unless both hold the same cards or dates, each as often. */
export async function assertEqualItems(
  ours: ReadonlyMap<string, Buffer>,
  theirs: ReadonlyMap<string, Buffer>,
  contentType: string,
): Promise<void> {
  const seen = async (items: ReadonlyMap<string, Buffer>): Promise<readonly string[]> => {
    const all = [...items.values()].map(async (body) => {
      const digest = await likeness({ contentType, body, summary: '' }, forever);
      return `${facts(body.toString())} ${digest}`;
    });
    return (await Promise.all(all)).sort();
  };
  assert.deepEqual(await seen(ours), await seen(theirs));
}
