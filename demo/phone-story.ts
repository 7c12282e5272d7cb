import { join } from 'node:path';
import { Cable } from '../test/bed/cable.js';
import { SimulatedPhone } from '../test/fakes/phone/phone.js';
import { Organiser } from './organiser.js';
import { desktopCard, desktopDate, inShort, type Person, phoneCard, phoneDate } from './pages.js';
import type { Stage } from './stage.js';

/** As its model is called. */
const NOKIA = '6021';
/** Columns of one side in the table at the end. */
const COLUMN = 34;

const ON_PHONE: readonly Person[] = [
  { family: 'Järvinen', given: 'Kerttu', mobile: '+358 40 5550101', email: 'kerttu@example.org' },
  { family: 'Okafor', given: 'Chidi', mobile: '+44 7700 900102' },
  { family: 'Müller', given: 'Jürgen', mobile: '+49 170 5550103' },
  { family: 'Tanaka', given: 'Yuki', mobile: '+81 90 5550104' },
];
const ON_DESKTOP: readonly Person[] = [
  { family: 'Quill', given: 'Ada', mobile: '+44 7700 900105', email: 'ada@example.com' },
  { family: 'Ñíguez', given: 'Íñigo', mobile: '+34 600 555106', email: 'inigo@example.es' },
];
/** Neither number nor name are new to the other. */
const ON_BOTH: Person = { family: 'Bergström', given: 'Åsa', mobile: '+46 70 5550107' };

/** Of a person: for these a telephone of 2005 has no field. */
const RICHER = [
  'ORG:Harbour Lights;Strings',
  'TITLE:Violinist',
  'BDAY:1985-04-12',
  `PHOTO;ENCODING=b;TYPE=JPEG:${Buffer.alloc(1_500, 'a photo of Ada ').toString('base64')}`,
];

/** What happens to a Nokia on its cable and its owner. */
export class PhoneStory {
  readonly #stage: Stage;
  readonly #phone = new SimulatedPhone();
  readonly #organiser: Organiser;
  #cable: Cable | undefined;

  private constructor(stage: Stage) {
    this.#stage = stage;
    this.#organiser = new Organiser(join(stage.desktop.home, '.local/share/cradle'), this.#phone);
  }

  static async begin(stage: Stage): Promise<PhoneStory> {
    const story = new PhoneStory(stage);
    await story.#furnish();
    return story;
  }

  /** Whether both sides agree in the end. */
  async tell(): Promise<boolean> {
    await this.#stage.play([() => this.#plugged(), () => this.#synced(), () => this.#changed()]);
    return this.#compared();
  }

  async #plugged(): Promise<void> {
    const { screen, witness } = this.#stage;
    screen.act('A Nokia 6021 of 2005 is plugged in, on its CA-42 cable');
    const [contacts, dates, notes] = (['contacts', 'calendar', 'notes'] as const).map((kind) =>
      this.#organiser.count(kind),
    );
    screen.told('you', `plug in a telephone with ${contacts} contacts, ${dates} appointments and ${notes} note on it`);
    await this.#plug();
    const { view } = await witness.comes(NOKIA);
    screen.told('Cradle', 'sees a serial line on a cable, and asks who is at its other end:');
    const asked = [...new Set(this.#phone.asked)].filter((command) => /^AT\+/.test(command));
    screen.told('', `${asked.join('  ')}  →  a ${view.Manufacturer} ${view.Model}`);
    await this.#stage.cradle('list');
  }

  async #synced(): Promise<void> {
    this.#stage.screen.act('Its contacts, calendar and notes, by SyncML over OBEX');
    await this.#stage.cradle('claim', 'nokia');
    await this.#stage.cradle('bind', 'nokia');
    await this.#stage.cradle('sync', 'nokia');
  }

  async #changed(): Promise<void> {
    const { screen, witness } = this.#stage;
    const organiser = this.#organiser;
    screen.act('Something changes on each side; the next plug syncs by itself');
    await this.#unplug();
    await witness.goes(NOKIA);
    screen.told(
      'you',
      'unplug it. On the telephone Ada has a new number, Chidi is deleted, Lovelace is new,',
      'and the sauna is an hour later;',
    );
    organiser.changeOnPhone('contacts', 'Quill', '+44 7700 900105', '+44 7700 900199');
    organiser.eraseOnPhone('contacts', 'Okafor');
    organiser.onPhone('contacts', phoneCard({ family: 'Lovelace', given: 'Zoë', mobile: '+44 7700 900108' }));
    organiser.changeOnPhone('calendar', 'Sauna', 'T180000', 'T190000');
    screen.told('', 'on the desktop Yuki has moved, the dentist is cancelled, a note is new');
    await organiser.changeOnDesktop('contacts', 'Tanaka', '+81 90 5550104', '+81 80 5550144');
    await organiser.removeOnDesktop('calendar', 'Dentist');
    await organiser.onDesktop('notes', 'Packing.txt', 'Packing: strings, rosin, a second bow');
    screen.told('you', 'plug it in again, and touch nothing');
    await this.#stage.synced(() => this.#plug());
    screen.told('Cradle', 'has synced it, because it was plugged in:');
    await this.#stage.cradle('history', 'nokia', '-n', '2');
  }

  async #compared(): Promise<boolean> {
    const { screen } = this.#stage;
    screen.act('Both sides, read item by item, without asking Cradle');
    const pages = await this.#organiser.compare();
    const row = (kind: string, here: string, there: string): void =>
      screen.line(`${kind.padEnd(10)}${clipped(here).padEnd(COLUMN)}  ${clipped(there)}`.trimEnd());
    row('', 'on the desktop', 'on the telephone');
    for (const { kind, desktop, phone } of pages)
      for (let at = 0; at < Math.max(desktop.length, phone.length); at++)
        row(at === 0 ? kind : '', inShort(kind, desktop[at] ?? ''), inShort(kind, phone[at] ?? ''));
    const { body } = await this.#organiser.find('contacts', 'Quill');
    const whole = body.replaceAll(/\r?\n[ \t]/g, '');
    const isRich =
      /^ORG.*Harbour/m.test(whole) && /^BDAY/m.test(whole) && whole.includes(RICHER[3]?.slice(-200) ?? ' ');
    screen.line();
    screen.line(
      isRich
        ? 'Ada’s photo, birthday and orchestra, for which the telephone has no field, are still on the desktop.'
        : screen.bad('Ada’s photo, birthday or orchestra are GONE.'),
    );
    const agrees = isRich && pages.every((page) => page.agrees);
    const items = pages.reduce((sum, { desktop }) => sum + desktop.length, 0);
    screen.line(
      agrees
        ? screen.good(`Desktop and telephone agree: the same ${items} items, none lost, none doubled.`)
        : screen.bad('Desktop and telephone do NOT agree, or are not what they should be.'),
    );
    return agrees;
  }

  async #plug(): Promise<void> {
    const cable = await Cable.plug(this.#stage.scope, this.#stage.desktop.bed);
    this.#cable = cable;
    void this.#phone.attach(cable.line, () => cable.line.pull());
  }

  async #unplug(): Promise<void> {
    await this.#cable?.pull();
    this.#cable = undefined;
  }

  /** What both sides have before they ever met. */
  async #furnish(): Promise<void> {
    const organiser = this.#organiser;
    for (const person of ON_PHONE) organiser.onPhone('contacts', phoneCard(person));
    for (const person of ON_DESKTOP)
      await organiser.onDesktop(
        'contacts',
        `${person.given}.vcf`,
        desktopCard(person, person.given === 'Ada' ? RICHER : []),
      );
    await organiser.onDesktop('contacts', `${ON_BOTH.given}.vcf`, desktopCard(ON_BOTH));
    this.#phone.contacts.enter(phoneCard(ON_BOTH));
    const sauna = ['RRULE:W1 TU #10', 'AALARM:20261124T173000;;;'];
    organiser.onPhone('calendar', phoneDate('Sauna with Väinö', '20261124T180000', '20261124T193000', sauna));
    organiser.onPhone('calendar', phoneDate('Dentist', '20261126T083000', '20261126T090000'));
    const about = ['LOCATION:Town hall', 'DESCRIPTION:Bring the second bow.'];
    await organiser.onDesktop(
      'calendar',
      'rehearsal.ics',
      desktopDate('Rehearsal', '20261127T190000', '20261127T213000', about),
    );
    organiser.onPhone('notes', 'Milk, bread, and paper for the printer');
    await organiser.onDesktop('notes', 'Ideas.txt', 'Learn to sail before the summer');
  }
}

const clipped = (line: string): string => (line.length <= COLUMN ? line : `${line.slice(0, COLUMN - 1)}…`);
