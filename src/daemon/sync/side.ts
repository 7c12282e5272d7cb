/** Left is the desktop, right the device, always. */
export type Side = 'left' | 'right';
export const SIDES = ['left', 'right'] as const;
export const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** How a first sync meets items that only one side has: bring them across, or keep one side as it is. */
export type FirstSync = 'combine' | 'keep-left' | 'keep-right';
