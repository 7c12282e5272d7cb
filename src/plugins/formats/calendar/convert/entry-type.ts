import { type Component, first, type Property, property } from '../../content-lines/component.js';
import type { Frame } from './frame.js';

const ENTRY_TYPE = 'X-EPOCAGENDAENTRYTYPE';

/** What Symbian calls an event of these times. */
const typeOf = ({ span }: Frame): string => (span.start?.kind === 'date' ? 'EVENT' : 'APPOINTMENT');

/** The kind of entry, for devices that ask for it and events that do not tell theirs. */
export const entryType = (of: Component, frame: Frame): readonly Property[] =>
  frame.setting.entryTypes && of.name === 'VEVENT' && first(of, ENTRY_TYPE) === undefined
    ? [property(ENTRY_TYPE, typeOf(frame))]
    : [];

/** Whether a property says no more than entryType would. */
export const isPlainType = (one: Property, frame: Frame): boolean =>
  frame.setting.entryTypes && one.name === ENTRY_TYPE && one.value.trim().toUpperCase() === typeOf(frame);
