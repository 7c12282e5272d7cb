import { comparableCalendar, completedCalendar } from './calendar/comparable.js';
import { canonicalCard, convertedCard } from './card/convert.js';
import type { Component } from './content-lines/component.js';
import { labelled, unlabelled } from './labels.js';

/**
 * An item in the form in which states of it are compared and put together: cards of all versions in one, calendars in
 * the zones that `like` tells its times in.
 */
export const comparable = (item: Component, like?: Component): Component =>
  item.name === 'VCARD' ? labelled(canonicalCard(item)) : comparableCalendar(item, like);

/** What was put together as an item again: of the dialect of `mine`, with the time zones that any of the states explains. */
export function presentable(result: Component, mine: Component, others: readonly Component[]): Component {
  if (mine.name !== 'VCARD') return completedCalendar(result, [mine, ...others]);
  const dialect = mine.dialect === 'vcard-2.1' || mine.dialect === 'vcard-4.0' ? mine.dialect : 'vcard-3.0';
  return convertedCard(unlabelled(result), dialect);
}
