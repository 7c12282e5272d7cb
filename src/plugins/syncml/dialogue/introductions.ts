import { CradleError } from '../../../dbus/errors.js';
import type { Encoding, Version } from '../codec/document.js';
import { DEVINF_TYPES } from '../codec/media-types.js';
import type { DeviceInformation } from '../devinf/device-information.js';
import { readDeviceInformation } from '../devinf/device-information-reader.js';
import { writeDeviceInformation } from '../devinf/device-information-writer.js';
import { isElement } from '../message/element.js';
import type { Data, Put, Results } from '../message/message.js';
import type { SessionMemory } from './conversation.js';
import type { Scale } from './scale.js';

/** Who the two are: device information, Put, asked for by Get and given as Results. */
export class Introductions {
  /** We know them, from this session or an earlier one. */
  information: DeviceInformation | undefined;

  constructor(
    readonly own: DeviceInformation,
    readonly memory: SessionMemory,
    readonly encoding: Encoding,
    readonly version: Version,
  ) {
    this.information = memory.information();
  }

  /** What came in a Put or in Results; false where it is something else. What cannot be read we do without. */
  learn(data: Data | undefined): boolean {
    if (data === undefined || typeof data === 'string' || data instanceof Uint8Array) return false;
    if (!isElement(data) || data.name !== 'DevInf') return false;
    try {
      const { information } = readDeviceInformation(data);
      this.information = information;
      this.memory.setInformation(information);
    } catch (thrown) {
      if (!(thrown instanceof CradleError)) throw thrown;
    }
    return true;
  }

  isAskedFor(uri: string | undefined): boolean {
    return uri !== undefined && /(?:^|\/)devinf1[0-2]$/i.test(uri);
  }

  get #uri(): string {
    return `./devinf${this.version.replace('.', '')}`;
  }

  get #meta(): { readonly type: string } {
    return { type: DEVINF_TYPES[this.encoding] };
  }

  ask(id: string): Put {
    return { kind: 'Get', id, meta: this.#meta, items: [{ target: { uri: this.#uri } }] };
  }

  put(id: string, scale: Scale, room: number): Put {
    const make = (data: Data): Put => ({
      kind: 'Put',
      id,
      meta: this.#meta,
      items: [{ source: { uri: this.#uri }, data }],
    });
    return this.#fitting(make, scale, room);
  }

  results(id: string, messageRef: string, commandRef: string, scale: Scale, room: number): Results {
    const make = (data: Data): Results => ({
      kind: 'Results',
      id,
      messageRef,
      commandRef,
      meta: this.#meta,
      items: [{ source: { uri: this.#uri }, data }],
    });
    return this.#fitting(make, scale, room);
  }

  /** In small messages without the properties of each type, then with the preferred types alone. */
  #fitting<Made extends Put | Results>(make: (data: Data) => Made, scale: Scale, room: number): Made {
    const { datastores } = this.own;
    const plain = datastores.map((one) => ({ ...one, capabilities: [] }));
    const bare = plain.map((one) => ({ ...one, receives: one.receives.slice(0, 1), sends: one.sends.slice(0, 1) }));
    const made = (of: DeviceInformation['datastores']): Made =>
      make(writeDeviceInformation({ ...this.own, datastores: of }, this.version));
    for (const one of [datastores, plain]) {
      const whole = made(one);
      if (scale.command(whole) <= room) return whole;
    }
    return made(bare);
  }
}
