import { accessSync, constants } from 'node:fs';
import type { Owner, Sighting } from './device.js';
import { subsystemOf } from './words.js';

/** Who this process works for, and whether that person sits at the machine. */
export interface WhoAmI {
  readonly uid: number;
  readonly login: string;
  /** `unknown` where no logind can be asked. */
  readonly seat: 'active' | 'inactive' | 'unknown';
  /** The login of whoever sits at the seat now, where that is known. */
  readonly atSeat: string | undefined;
}

/** All that decides whose a device is. */
export interface OwnerQuestion {
  /** The value of the rules' `Owner=`. */
  readonly rule: string | undefined;
  readonly claimed: boolean;
  /** Its like, with the same lasting name, is here too. */
  readonly ambiguous: boolean;
  /** The way in the rules name; undefined while no rule does, and then no node is asked about. */
  readonly transport: string | undefined;
  readonly sightings: readonly Sighting[];
  readonly me: WhoAmI;
  readonly canOpen: (node: string) => boolean;
}

/** The transports that open a device node themselves. A volume is mounted by UDisks2 instead, which asks for the seat. */
const OPENED_SUBSYSTEM: Readonly<Record<string, string>> = { usb: 'usb', serial: 'tty' };

/** Whose a device is: rule, claim, access to the node, seat, in that order. */
export function judgeOwner(question: OwnerQuestion): Owner {
  const { rule, claimed, ambiguous, me } = question;
  if (rule !== undefined && rule !== 'seat' && rule !== 'ask') {
    if (rule !== me.login) return { kind: 'other', because: 'rule', login: rule };
    if (!ambiguous) return { kind: 'mine', because: 'rule' };
  }
  if (claimed) return { kind: 'mine', because: 'claim' };
  const login = me.seat === 'active' ? undefined : me.atSeat;
  if (!hasAccess(question)) return { kind: 'other', because: 'no-access', login };
  if (me.seat === 'inactive') return { kind: 'other', because: 'seat', login };
  if (ambiguous) return { kind: 'offered', because: 'ambiguous' };
  if (rule === 'ask') return { kind: 'offered', because: 'ask' };
  return me.seat === 'active' && rule === 'seat'
    ? { kind: 'mine', because: 'rule' }
    : { kind: 'offered', because: 'seat' };
}

/** Whether this process may open one of the nodes the transport would open; true when it opens none. */
function hasAccess({ transport, sightings, canOpen }: OwnerQuestion): boolean {
  const subsystem = transport === undefined ? undefined : OPENED_SUBSYSTEM[transport];
  if (subsystem === undefined) return true;
  const nodes = sightings
    .filter((sighting) => subsystemOf(sighting.evidence) === subsystem)
    .flatMap((sighting) => nodeOf(sighting) ?? []);
  return nodes.length === 0 || nodes.some(canOpen);
}

export const nodeOf = (sighting: Sighting): string | undefined => sighting.evidence.get('node') || undefined;

/** Whether this process may read and write a device node, as access(2) says for its real user. */
export function canOpenNode(node: string): boolean {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why a device is whose it is, in a sentence; `login` is me. */
export function ownerReason(owner: Owner, login: string): string {
  const who = owner.kind === 'other' ? (owner.login ?? 'somebody else') : login;
  if (owner.kind === 'mine')
    return owner.because === 'claim' ? `${login} has claimed it` : `a rule gives it to ${login}`;
  if (owner.kind === 'other') {
    if (owner.because === 'rule') return `a rule gives it to ${who}`;
    if (owner.because === 'no-access') return `${login} may not open its device node`;
    return `${who} sits at the seat`;
  }
  if (owner.because === 'ask') return 'a rule says to ask first';
  if (owner.because === 'ambiguous') return 'another device with the same lasting name is here';
  return 'nobody has claimed it';
}
