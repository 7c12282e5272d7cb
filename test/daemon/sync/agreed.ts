import assert from 'node:assert/strict';
import { CradleError } from '../../../src/dbus/errors.js';
import { World } from './world.js';

export const fails = (code: string) => (error: unknown) => error instanceof CradleError && error.code === code;

/** Both sides hold exactly these, by name. */
export function assertBoth(world: World, expected: Readonly<Record<string, string>>): void {
  for (const side of ['left', 'right'] as const)
    assert.deepEqual(Object.fromEntries(world.held(side)), expected, `the ${side} side`);
}

export async function agreed(contents: Readonly<Record<string, string>>): Promise<World> {
  const world = new World();
  for (const [name, content] of Object.entries(contents)) world.put('left', name, content);
  await world.sync();
  assertBoth(world, contents);
  return world;
}
