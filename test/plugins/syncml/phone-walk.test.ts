import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { said } from '../../fakes/phone/said.js';
import { person } from './phone-belongings.js';
import { PhoneDesk } from './phone-desk.js';

/** A few that once went wrong or look likely to; CRADLE_WALKS=<from>-<to> takes others. */
const [from = 1, to = 3] = (process.env.CRADLE_WALKS ?? '').split('-').filter(Boolean).map(Number);
const STEPS = 8;
/** So many that no few of them look like all. */
const CROWD = 12;

describe('a walk with a telephone of bad habits', { concurrency: 3 }, () => {
  for (let seed = from; seed <= to; seed++)
    test(`S2 S4 S6 S14 walk ${seed}: whatever happens in between, in the end both sides have what was written down`, async (t) => {
      const world = await PhoneDesk.open(t, ['contacts']);
      const walk = new Walk(world, seed);
      await walk.begin();
      for (let step = 0; step < STEPS; step++) {
        await walk.live();
        await walk.sync();
      }
      await walk.settle();
    });
});

/** An owner who writes things down on either side, and syncs when the telephone is in a mood. */
class Walk {
  readonly #world: PhoneDesk;
  readonly #seed: number;
  #state: number;
  #people = 0;
  #calls = 0;
  /** What each has to be in the end, by number. */
  readonly #expected = new Map<number, string>();
  /** Those that were changed on one side and are not known to have reached the other. */
  #fresh = new Map<number, 'phone' | 'desktop'>();
  /** Erased on the telephone, which did not get to say so yet. */
  #erased = new Set<number>();
  /** Erased there before a slow sync, in which nobody can tell that from a loss: they may come back, as they were. */
  readonly #doubtful = new Set<number>();
  readonly #story: string[] = [];

  constructor(world: PhoneDesk, seed: number) {
    this.#world = world;
    this.#seed = seed;
    this.#state = seed;
  }

  async begin(): Promise<void> {
    for (let count = 0; count < CROWD; count++)
      await this.#enter(count % 2 === 0 ? 'phone' : 'desktop', ++this.#people);
  }

  async live(): Promise<void> {
    for (let deeds = 1 + this.#below(4); deeds > 0; deeds--) {
      const side = this.#below(2) === 0 ? 'phone' : 'desktop';
      const deed = this.#below(6);
      const known = [...this.#expected.keys()].filter((number) => (this.#fresh.get(number) ?? side) === side);
      const number = known[this.#below(known.length)];
      if (deed < 3 || number === undefined) await this.#enter(side, ++this.#people);
      else if (deed < 5) await this.#edit(side, number);
      else await this.#erase(side, number);
    }
  }

  async sync(): Promise<void> {
    const { phone } = this.#world;
    const mood = this.#below(9);
    const at = this.#below(6);
    phone.habits.maxMessageSize = this.#below(2) === 0 ? 1_800 : 9_216;
    if (mood === 0 || mood === 1) phone.habits.hangsUpAfter = at;
    if (mood === 2 || mood === 3) phone.habits.deafAt = at;
    if (mood === 4) phone.habits.losesReply = at;
    if (mood === 5) phone.habits.liesAboutAnchors = true;
    if (mood === 6) phone.habits.sendsTwice = true;
    if (mood === 7) {
      phone.contacts.renumber();
      phone.forget();
    }
    const { State } = await this.#world.sync();
    this.#story.push(`mood ${mood} at ${at}: ${State}`);
    phone.habits.hangsUpAfter = phone.habits.deafAt = phone.habits.losesReply = undefined;
    phone.habits.liesAboutAnchors = phone.habits.sendsTwice = false;
    if (mood < 4) await this.#world.replug();
    if (phone.session?.stores[0]?.isSlow === true) for (const number of this.#erased) this.#doubtful.add(number);
    if (State !== 'finished') return;
    this.#fresh = new Map();
    this.#erased = new Set();
  }

  async settle(): Promise<void> {
    await this.#world.synced();
    const there = this.#world.onPhone('contacts');
    const back = [...this.#doubtful].flatMap((number) => there.find((one) => one.includes(`person${number}@`)) ?? []);
    const expected = [...this.#expected.values(), ...back].sort();
    const story = `seed ${this.#seed}: ${this.#story.join(', ')}`;
    assert.deepEqual(this.#world.onPhone('contacts'), expected, `the telephone; ${story}`);
    assert.deepEqual(await this.#world.onDesktop('contacts'), expected, `the desktop; ${story}`);
  }

  async #enter(side: 'phone' | 'desktop', number: number): Promise<void> {
    const body = person(number);
    this.#story.push(`${side} enters ${number}`);
    if (side === 'phone') this.#world.phone.contacts.enter(body);
    else await this.#world.desk.write('contacts', `${number}.vcf`, onDesktop(number));
    this.#expected.set(number, said('contacts', body));
    this.#fresh.set(number, side);
  }

  async #edit(side: 'phone' | 'desktop', number: number): Promise<void> {
    const phone = `+358 50 ${++this.#calls}`;
    const { contacts } = this.#world.phone;
    if (side === 'phone') {
      if (!this.#isOnPhone(number)) return;
      contacts.edit(contacts.find(`person${number}@`), person(number, { phone }));
    } else {
      const file = await this.#file(number);
      if (file === undefined) return;
      await this.#world.desk.write('contacts', file.name, file.body.replace(/(TEL[^:]*CELL[^:]*:).*/, `$1${phone}`));
    }
    this.#story.push(`${side} edits ${number}`);
    this.#expected.set(number, said('contacts', person(number, { phone })));
    this.#fresh.set(number, side);
  }

  async #erase(side: 'phone' | 'desktop', number: number): Promise<void> {
    const { contacts } = this.#world.phone;
    if (side === 'phone') {
      if (!this.#isOnPhone(number)) return;
      contacts.erase(contacts.find(`person${number}@`));
      this.#erased.add(number);
    } else {
      const file = await this.#file(number);
      if (file === undefined) return;
      await this.#world.desk.remove('contacts', file.name);
    }
    this.#story.push(`${side} erases ${number}`);
    this.#expected.delete(number);
    this.#fresh.delete(number);
  }

  #isOnPhone(number: number): boolean {
    return [...this.#world.phone.contacts.items.values()].some((body) => body.includes(`person${number}@`));
  }

  async #file(number: number): Promise<{ readonly name: string; readonly body: string } | undefined> {
    for (const [name, body] of await this.#world.desk.items('contacts'))
      if (body.includes(`person${number}@`)) return { name, body: body.toString() };
    return undefined;
  }

  /** A number below that one, the same ones for the same seed: Park and Miller's minimal standard. */
  #below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fffffff;
    return limit === 0 ? 0 : Math.floor(this.#state / 8) % limit;
  }
}

/** The person of that number as a desktop writes it. */
const onDesktop = (number: number): string => {
  const [name = '', cell = '', home = ''] =
    /N: (.*)\nTEL: (.*)\nTEL: (.*)/.exec(said('contacts', person(number)))?.slice(1) ?? [];
  const [family = '', given = ''] = name.split(';');
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${family};${given};;;`,
    `FN:${given} ${family}`,
    `TEL;TYPE=CELL:${cell}`,
    `TEL;TYPE=HOME:${home}`,
    `EMAIL:person${number}@example.org`,
    `ORG:Example ${number} Ltd`,
    'END:VCARD',
  ];
  return `${lines.join('\r\n')}\r\n`;
};
