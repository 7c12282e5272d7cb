import { isIPv6 } from 'node:net';

/** Addresses remembered at once; the one not seen for longest is forgotten. */
const MOST_ADDRESSES = 1024;

interface Bucket {
  /** Requests that may still come at once. */
  left: number;
  /** Milliseconds. */
  since: number;
}

/** How many requests an address may make: so many a second in the long run, and a burst of twice that. */
export class RequestRate {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** False for one too many. */
  admit(address: string): boolean {
    const key = household(address);
    const now = this.#now();
    const most = this.#perSecond * 2;
    const { left, since } = this.#buckets.get(key) ?? { left: most, since: now };
    const filled = Math.min(most, left + ((now - since) / 1000) * this.#perSecond);
    const admitted = filled >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: admitted ? filled - 1 : filled, since: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return admitted;
  }
}

/** Who has one IPv6 address has 2^64 of them: what counts is the network. */
export function household(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(gap).fill('0'), ...right].slice(0, 4).join(':');
}
