import type { DeviceInformation } from '../../../../src/plugins/syncml/devinf/device-information.js';
import type { CutSession, SessionMemory, SyncAnchors } from '../../../../src/plugins/syncml/dialogue/conversation.js';
import type { MapItem } from '../../../../src/plugins/syncml/message/message.js';

/** What one side keeps of the other, as long as the test lives. */
export class Remembered implements SessionMemory {
  readonly nonces = new Map<string, Uint8Array>();
  readonly anchorsOf = new Map<string, SyncAnchors>();
  readonly cuts = new Map<string, CutSession>();
  readonly pending = new Map<string, MapItem[]>();
  /** By datastore: the server's names and the client's. */
  readonly maps = new Map<string, Map<string, string>>();
  /** The server's names that a client may map; all where it is undefined. */
  known: ReadonlySet<string> | undefined;
  peer: DeviceInformation | undefined;

  nonce(whose: 'theirs' | 'ours'): Uint8Array | undefined {
    return this.nonces.get(whose);
  }

  setNonce(whose: 'theirs' | 'ours', nonce: Uint8Array): void {
    this.nonces.set(whose, nonce);
  }

  information(): DeviceInformation | undefined {
    return this.peer;
  }

  setInformation(information: DeviceInformation): void {
    this.peer = information;
  }

  anchors(datastore: string): SyncAnchors {
    return this.anchorsOf.get(datastore) ?? { ours: undefined, theirs: undefined };
  }

  setAnchors(datastore: string, anchors: SyncAnchors): void {
    this.anchorsOf.set(datastore, anchors);
  }

  cut(datastore: string): CutSession | undefined {
    return this.cuts.get(datastore);
  }

  setCut(datastore: string, cut: CutSession | undefined): void {
    if (cut === undefined) this.cuts.delete(datastore);
    else this.cuts.set(datastore, cut);
  }

  mapped(datastore: string, items: readonly MapItem[]): readonly MapItem[] {
    const map = this.maps.get(datastore) ?? new Map<string, string>();
    this.maps.set(datastore, map);
    const accepted = items.filter(({ target }) => this.known?.has(target) ?? true);
    for (const { target, source } of accepted) map.set(target, source);
    return accepted;
  }

  pendingMaps(datastore: string): readonly MapItem[] {
    return this.pending.get(datastore) ?? [];
  }

  mapsConfirmed(datastore: string, items: readonly MapItem[]): void {
    const confirmed = new Set(items.map(({ target }) => target));
    const left = this.pendingMaps(datastore).filter(({ target }) => !confirmed.has(target));
    this.pending.set(datastore, left);
  }
}
