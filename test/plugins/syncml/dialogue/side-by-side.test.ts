import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hear, Pair, put, tell } from './pair.js';

test('two datastores of a session are read and written side by side, at both ends', async () => {
  const signal = AbortSignal.timeout(20_000);
  const pair = new Pair({ modes: { contacts: 'two-way', calendar: 'two-way' } });
  const { client, server } = pair.meet(signal);
  const at = async (meeting: typeof client, prefix: string): Promise<readonly string[]> => {
    await using conversation = await meeting;
    const names = [...conversation.datastores.keys()];
    const telling = names.map((name) => tell(conversation, name, [put(1, 'add', '1', `${prefix} ${name}`)], signal));
    const heard = await Promise.all(
      names.map((name) => hear(conversation, name, signal, () => ({ code: 201, luid: 'luid' }))),
    );
    for (const codes of await Promise.all(telling)) assert.deepEqual([...codes.values()], [201]);
    await conversation.finish(signal);
    return heard.flat().map(({ text }) => text);
  };
  const [atClient, atServer] = await Promise.all([at(client, 'from'), at(server, 'of')]);
  assert.deepEqual(atClient, ['of contacts', 'of calendar']);
  assert.deepEqual(atServer, ['from my-contacts', 'from my-calendar']);
});
