/** STATUS of RFC 5545 section 3.8.1.11, by component. */
const ALLOWED: Readonly<Record<string, ReadonlySet<string>>> = {
  VEVENT: new Set(['TENTATIVE', 'CONFIRMED', 'CANCELLED']),
  VTODO: new Set(['NEEDS-ACTION', 'COMPLETED', 'IN-PROCESS', 'CANCELLED']),
  VJOURNAL: new Set(['DRAFT', 'FINAL', 'CANCELLED']),
};

/** The nearest for what vCalendar 1.0 section 2.4.12 has besides. */
const NEAREST: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  VEVENT: { ACCEPTED: 'CONFIRMED', DECLINED: 'CANCELLED' },
  VTODO: {
    ACCEPTED: 'NEEDS-ACTION',
    SENT: 'NEEDS-ACTION',
    DELEGATED: 'NEEDS-ACTION',
    CONFIRMED: 'NEEDS-ACTION',
    TENTATIVE: 'NEEDS-ACTION',
    DECLINED: 'CANCELLED',
  },
};

/** As vCalendar 1.0 writes it, with spaces. */
export const deviceStatus = (value: string): string =>
  value
    .trim()
    .toUpperCase()
    .replace(/^(NEEDS|IN)-/, '$1 ');

/** As iCalendar allows it for the component, or the nearest; undefined where there is none. */
export function calendarStatus(value: string, kind: string): string | undefined {
  const status = value
    .trim()
    .toUpperCase()
    .replace(/[\s_]+/g, '-');
  if (ALLOWED[kind]?.has(status) === true) return status;
  return NEAREST[kind]?.[status];
}
