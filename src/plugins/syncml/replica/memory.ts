import type { Log } from '../../contract.js';
import * as field from '../../database/field.js';
import type { DeviceInformation } from '../devinf/device-information.js';
import type { CutSession, SessionMemory, SyncAnchors, SyncMode } from '../dialogue/conversation.js';
import type { MapItem } from '../message/message.js';
import { readInformation } from './information.js';
import type { Replica } from './replica.js';
import { nameOfRow } from './row.js';

const MODES: readonly SyncMode[] = [
  'two-way',
  'slow',
  'one-way-from-client',
  'refresh-from-client',
  'one-way-from-server',
  'refresh-from-server',
];
/** Characters of a name that a Map may bring. */
const LONGEST_NAME = 2_048;

/** What the dialogue wants remembered of a peer, in its replica. */
export class ReplicaMemory implements SessionMemory {
  readonly #store: Replica;
  readonly #log: Log;
  readonly #over: AbortSignal | undefined;
  #proved: (() => void) | undefined;

  /** `over`: aborted when another session has taken its place; what this one says counts no more. */
  constructor(replica: Replica, log: Log, over?: AbortSignal) {
    this.#store = replica;
    this.#log = log;
    this.#over = over;
  }

  /** Called before anything but a nonce is asked for or told: from then on the peer has proved who it is. */
  onProof(proved: () => void): void {
    this.#proved = proved;
  }

  get #replica(): Replica {
    if (this.#over?.aborted) throw this.#over.reason;
    const proved = this.#proved;
    this.#proved = undefined;
    proved?.();
    return this.#store;
  }

  nonce(whose: 'theirs' | 'ours'): Uint8Array | undefined {
    return this.#over?.aborted ? undefined : this.#store.bytes(`nonce-${whose}`);
  }

  setNonce(whose: 'theirs' | 'ours', nonce: Uint8Array): void {
    if (!this.#over?.aborted) this.#store.remember(`nonce-${whose}`, nonce);
  }

  information(): DeviceInformation | undefined {
    const text = this.#replica.text('information');
    if (text === undefined) return undefined;
    try {
      return readInformation(text);
    } catch (error) {
      this.#log.warn('what the device said of itself cannot be read, and is asked anew', { error });
      return undefined;
    }
  }

  setInformation(information: DeviceInformation): void {
    this.#replica.remember('information', JSON.stringify(information));
  }

  /**
   * None where only all that the device has can tell what is there: in doubt, while a slow sync has begun and not ended, or
   * while something is on its way of which nobody knows whether it arrived, as an addition sent again would stand there
   * twice. A session that goes on where it was cut tells by its Map; a server knows its items by our names, so it may be
   * told again.
   */
  anchors(datastore: string, resuming = false): SyncAnchors {
    const holdings = this.#replica.holdings(datastore);
    const row = this.#replica.statements.anchors.get(holdings.id) ?? {};
    const goesOn = resuming && this.cut(datastore) !== undefined;
    const lost = this.#replica.role === 'server' && holdings.anyPlaced('sent');
    if (row.doubt === 1 || (!goesOn && (lost || holdings.slowSince !== undefined)))
      return { ours: undefined, theirs: undefined };
    return { ours: field.optionalText(row, 'ours'), theirs: field.optionalText(row, 'theirs') };
  }

  setAnchors(datastore: string, { ours, theirs }: SyncAnchors): void {
    const holdings = this.#replica.holdings(datastore);
    holdings.transaction(() => {
      holdings.endSlow();
      this.#replica.statements.setAnchors.run(ours ?? null, theirs ?? null, holdings.id);
    });
  }

  cut(datastore: string): CutSession | undefined {
    const row = this.#replica.statements.cut.get(this.#replica.holdings(datastore).id);
    if (row === undefined || field.optionalText(row, 'cut') === undefined) return undefined;
    const cut = field.json(row, 'cut');
    return { mode: field.oneOf(cut, 'mode', MODES), ours: field.text(cut, 'ours'), theirs: field.text(cut, 'theirs') };
  }

  setCut(datastore: string, cut: CutSession | undefined): void {
    const { id } = this.#replica.holdings(datastore);
    this.#replica.statements.setCut.run(cut === undefined ? null : JSON.stringify(cut), id);
  }

  mapped(datastore: string, items: readonly MapItem[]): readonly MapItem[] {
    const holdings = this.#replica.holdings(datastore);
    return holdings.transaction(() =>
      items.filter(({ target, source }) => {
        const row = holdings.item(target);
        if (row === undefined || source === '' || source.length > LONGEST_NAME) return false;
        if (row.luid === source && row.placement === 'held') return true;
        const holder = holdings.byLuid(source);
        // The device took two of ours for one: this one answers to the name from now on.
        if (holder !== undefined && holder.id !== row.id) holdings.place(holder, 'unnamed', undefined);
        holdings.place(row, 'held', source);
        return true;
      }),
    );
  }

  pendingMaps(datastore: string): readonly MapItem[] {
    return this.#replica
      .holdings(datastore)
      .unmapped.flatMap(({ id, guid, luid }) =>
        guid === undefined ? [] : [{ target: guid, source: luid ?? nameOfRow(id) }],
      );
  }

  mapsConfirmed(datastore: string, items: readonly MapItem[]): void {
    const holdings = this.#replica.holdings(datastore);
    holdings.transaction(() => {
      for (const { source, target } of items) {
        const row = holdings.byLuid(source);
        if (row?.guid === target) holdings.confirmMap(row);
      }
    });
  }
}
