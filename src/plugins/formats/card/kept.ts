import { type Parameter, type Property, parameterOf, withParameter } from '../content-lines/component.js';

/**
 * What a version cannot say is told by this parameter, so that the way back restores it: the name a property had
 * (`X-JABBER`), `absent` for one that had to be made up, `uri` for a number that was one, `lists` for fields with lists.
 */
export const KEPT = 'X-CRADLE-WAS';

export const keptOf = (one: Property): string | undefined => parameterOf(one, KEPT)[0];

export const keeping = (parameters: readonly Parameter[], what: string): readonly Parameter[] =>
  withParameter(parameters, KEPT, [what]);

export const forgetting = (parameters: readonly Parameter[]): readonly Parameter[] =>
  parameters.length === 0 ? parameters : withParameter(parameters, KEPT, []);
