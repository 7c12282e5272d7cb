/** What became of one side of a mapped pair since both sides last agreed. */
export type Fate = 'kept' | 'edited' | 'gone';

export type Verdict = 'nothing' | 'forget' | 'conflict' | 'put-left' | 'put-right' | 'remove-left' | 'remove-right';

/** What makes the left side, the desktop, the image of the other: its own changes are taken back. */
export const mirror: Readonly<Record<Fate, Readonly<Record<Fate, Verdict>>>> = {
  kept: { kept: 'nothing', edited: 'put-left', gone: 'remove-left' },
  edited: { kept: 'put-left', edited: 'conflict', gone: 'remove-left' },
  gone: { kept: 'put-left', edited: 'put-left', gone: 'forget' },
};

/** The whole of two-way sync: row is the left side's fate, column the right's. */
export const decide: Readonly<Record<Fate, Readonly<Record<Fate, Verdict>>>> = {
  kept: { kept: 'nothing', edited: 'put-left', gone: 'remove-left' },
  edited: { kept: 'put-right', edited: 'conflict', gone: 'conflict' },
  gone: { kept: 'remove-right', edited: 'conflict', gone: 'forget' },
};
