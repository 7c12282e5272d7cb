import { type Component, parameterOf } from '../../content-lines/component.js';
import { civilDate, dayOf } from '../time/civil.js';
import { momentOf } from '../time/moment.js';

/** A text with more zones than this is nobody's calendar. */
const MOST_ZONES = 64;

/** The zones that times of components name, and a year before all of these times. */
export interface Needed {
  readonly names: ReadonlySet<string>;
  readonly since: number;
}

/** What VTIMEZONEs a calendar of these components needs: RFC 5545 section 3.2.19. */
export function zonesNeeded(components: readonly Component[]): Needed {
  const names = new Set<string>();
  let since = Number.POSITIVE_INFINITY;
  const collect = (of: Component): void => {
    for (const one of of.properties) {
      const name = one.parameters.length === 0 ? undefined : parameterOf(one, 'TZID')[0];
      if (name === undefined || names.size >= MOST_ZONES) continue;
      names.add(name);
      for (const text of one.value.split(',')) {
        const moment = momentOf(text);
        if (moment !== undefined) since = Math.min(since, civilDate(dayOf(moment.wall)).year);
      }
    }
    of.components.forEach(collect);
  };
  components.forEach(collect);
  return { names, since: Number.isFinite(since) ? since : FIRST_YEAR };
}

const FIRST_YEAR = 1970;
