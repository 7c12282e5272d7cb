/** A property that vCard 3.0 programs have under a name of their own, and vCard 4.0 under another. */
interface Alias {
  readonly three: string;
  readonly four: string;
  /** The TYPE that says in vCard 4.0 what the name says in 3.0. */
  readonly type?: string;
  /** The value is this scheme's URI in 4.0, and what follows it in 3.0. */
  readonly scheme?: string;
  /** Which 3.0 name stands for the 4.0 one where nothing tells: then no trace needs to be kept. */
  readonly usual?: true;
}

const ALIASES: readonly Alias[] = [
  { three: 'X-ANNIVERSARY', four: 'ANNIVERSARY', usual: true },
  { three: 'X-EVOLUTION-ANNIVERSARY', four: 'ANNIVERSARY' },
  { three: 'X-KADDRESSBOOK-X-ANNIVERSARY', four: 'ANNIVERSARY' },
  { three: 'X-GENDER', four: 'GENDER', usual: true },
  { three: 'X-ADDRESSBOOKSERVER-KIND', four: 'KIND', usual: true },
  { three: 'X-ADDRESSBOOKSERVER-MEMBER', four: 'MEMBER', usual: true },
  { three: 'X-RELATED', four: 'RELATED', usual: true },
  { three: 'AGENT', four: 'RELATED', type: 'agent' },
  ...['X-SPOUSE', 'X-EVOLUTION-SPOUSE', 'X-KADDRESSBOOK-X-SPOUSESNAME'].map((three) => related(three, 'spouse')),
  ...['X-ASSISTANT', 'X-EVOLUTION-ASSISTANT', 'X-KADDRESSBOOK-X-ASSISTANTSNAME'].map((three) =>
    related(three, 'co-worker'),
  ),
  ...messenger('aim', 'X-AIM'),
  ...messenger('icq', 'X-ICQ'),
  ...messenger('xmpp', 'X-JABBER', 'X-GOOGLE-TALK', 'X-GTALK'),
  ...messenger('msnim', 'X-MSN', 'X-MS-IMADDRESS'),
  ...messenger('ymsgr', 'X-YAHOO'),
  ...messenger('skype', 'X-SKYPE', 'X-SKYPE-USERNAME'),
  ...messenger('gg', 'X-GADUGADU'),
  ...messenger('groupwise', 'X-GROUPWISE'),
  ...messenger('sip', 'X-SIP'),
];

function related(three: string, type: string): Alias {
  return { three, four: 'RELATED', type };
}

function messenger(scheme: string, ...names: readonly string[]): readonly Alias[] {
  return names.map((three) => ({ three, four: 'IMPP', scheme }));
}

const byThree: ReadonlyMap<string, Alias> = new Map(ALIASES.map((alias) => [alias.three, alias]));
const usual: ReadonlyMap<string, Alias> = new Map(
  ALIASES.filter((alias) => alias.usual === true).map((alias) => [alias.four, alias]),
);

export type { Alias };

export const aliasOfThree = (name: string): Alias | undefined => byThree.get(name);

/** What vCard 3.0 programs call a property of 4.0 where nothing tells. */
export const usualAlias = (name: string): Alias | undefined => usual.get(name);
