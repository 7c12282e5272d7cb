import type { Evidence } from './device.js';

/** A fact within a value: `${mpi.vendor}`, or with what stands for it where it is not known, `${mpi.audio-folder:-/Music}`. */
const REFERENCE = /\$\{([A-Za-z0-9_][A-Za-z0-9_.:+-]*?)(?::-([^{}]*))?\}/g;

/** Why a value cannot be filled in, undefined when it can. */
export function templateFault(value: string): string | undefined {
  const rest = value.replace(REFERENCE, '');
  return rest.includes('${') ? `holds "\${" that is no \${fact} and no \${fact:-default}: "${value}"` : undefined;
}

/** The value with its facts filled in; undefined when a fact without default is not known or is empty. */
export function fillIn(value: string, facts: Evidence): string | undefined {
  let complete = true;
  const filled = value.replace(REFERENCE, (_, fact: string, otherwise: string | undefined) => {
    const known = facts.get(fact)?.trim();
    if (known !== undefined && known !== '') return known;
    if (otherwise === undefined) complete = false;
    return otherwise ?? '';
  });
  return complete ? filled : undefined;
}
