import type { Caller } from '../../src/dbus/bus.js';
import { CradleError } from '../../src/dbus/errors.js';
import { type ExportedInterface, exportInterface } from '../../src/dbus/exported.js';
import { arg, defineShape, method, options, property, signal } from '../../src/dbus/shape.js';
import type { Options } from '../../src/dbus/variant.js';
import { v } from '../../src/dbus/variant.js';

export const KETTLE_NAME = 'org.example.Kettle1';
export const KETTLE_PATH = '/org/example/Kettle1/left';
export const KETTLE_ROOT = '/org/example/Kettle1';

/** An interface that has one of everything. */
export const kettleShape = defineShape({
  name: 'org.example.Kettle1.Kettle',
  properties: {
    Maker: property('s', 'const'),
    Temperature: property('d', 'read'),
    Label: property('s', 'readwrite'),
    Boils: property('t', 'readwrite'),
    Litres: property('u', 'read', { every: 60_000 }),
  },
  methods: {
    Boil: method([options], []),
    Repeat: method([arg('words', 'as'), arg('times', 'x'), options], [arg('words', 'as'), arg('times', 'x')]),
    Describe: method([options], [arg('description', 'a{sv}')]),
    Burst: method([arg('how', 's'), options], []),
    Hang: method([options], []),
    WhoAmI: method([], [arg('name', 's'), arg('uid', 'u'), arg('pid', 'u')]),
    Lie: method([], [arg('number', 'u')]),
  },
  signals: { Whistled: signal([arg('tune', 's'), arg('loudness', 'u')]) },
});

export interface Kettle {
  readonly exported: ExportedInterface<typeof kettleShape>;
  label: string;
  litres: number;
  temperature: number;
  /** Options of the last Boil. */
  boiled: Options | undefined;
  callers: Caller[];
  /** Lets every hanging call return. */
  release(): void;
  hanging: number;
}

export function makeKettle(): Kettle {
  let boils = 0n;
  let letGo: (() => void)[] = [];
  const kettle: Kettle = {
    label: 'Left',
    litres: 1,
    temperature: 20.5,
    boiled: undefined,
    callers: [],
    hanging: 0,
    release: () => {
      for (const go of letGo) go();
      letGo = [];
    },
    exported: exportInterface(kettleShape, {
      properties: {
        Maker: () => 'ACME\0Ltd',
        Temperature: () => kettle.temperature,
        Label: {
          get: () => kettle.label,
          set: async (label) => {
            if (label === '') throw new CradleError('InvalidArgs', 'a kettle must have a label');
            kettle.label = label;
            kettle.exported.changed('Label');
          },
        },
        Boils: {
          get: () => boils,
          set: (count) => {
            boils = count;
          },
        },
        Litres: () => kettle.litres,
      },
      methods: {
        Boil: (given, caller) => {
          kettle.boiled = given;
          kettle.callers.push(caller);
          kettle.exported.emit('Whistled', 'a', 3);
        },
        Repeat: (words, times) => [words, times],
        Describe: () => ({
          Text: v.s('hot'),
          Count: v.t(18_446_744_073_709_551_615n),
          Bytes: v.ay(new Uint8Array([1, 2, 255])),
          Inner: v.dict({ Names: v.as(['a', 'b']), Pairs: v.ass([['x', 'y']]) }),
          List: v.dicts([{ A: v.u(1) }, {}]),
        }),
        Burst: (how) => {
          if (how === 'named') throw new CradleError('NoSpace', 'the kettle is full');
          if (how === 'secret') throw new Error('/home/somebody/secret leaked');
          throw 'a bare string';
        },
        Hang: () => {
          kettle.hanging++;
          return new Promise<void>((resolve) => letGo.push(resolve));
        },
        WhoAmI: (caller) => [caller.name, caller.uid, caller.pid],
        Lie: () => -1,
      },
    }),
  };
  return kettle;
}
