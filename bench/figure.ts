export type Unit = 'ms' | 'µs' | 'MB' | 'wake-ups' | 'x';

/** What is asked of a figure: of the ratio to its peer where it has one, or of the value itself. */
export interface Aim {
  readonly of: 'ratio' | 'value' | 'difference';
  readonly most: number;
}

/** One thing that was measured, beside something else that was measured in the same run. */
export interface Figure {
  /** `<benchmark>/<what>`, which stays the same from run to run. */
  readonly name: string;
  /** The median of the runs, unless the name says otherwise. */
  readonly value: number;
  /** The smallest of the runs; the value itself where there was one. */
  readonly least?: number;
  readonly runs?: number;
  readonly unit: Unit;
  /** Who did the same, or as much of it as anybody must. */
  readonly peer?: string;
  readonly peerValue?: number;
  readonly aim?: Aim;
}

export const ratioOf = ({ value, peerValue }: Figure): number | undefined =>
  peerValue === undefined ? undefined : value / peerValue;

/** Whether the figure is what was asked for; undefined where nothing was, or where there is no peer to compare with. */
export function isReached(figure: Figure): boolean | undefined {
  const { aim, value, peerValue } = figure;
  if (aim === undefined) return undefined;
  if (aim.of === 'value') return value <= aim.most;
  if (peerValue === undefined) return undefined;
  return (aim.of === 'ratio' ? value / peerValue : value - peerValue) <= aim.most;
}

/** One line of JSON; null wherever there is nothing to say. */
export function asJson(figure: Figure): string {
  const { name, value, unit, peer, peerValue, least, runs } = figure;
  return JSON.stringify({
    name,
    value: rounded(value),
    unit,
    peer: peer ?? null,
    peerValue: peerValue === undefined ? null : rounded(peerValue),
    ratio: rounded(ratioOf(figure)),
    least: rounded(least),
    runs: runs ?? null,
    aim: aimOf(figure) ?? null,
    reached: isReached(figure) ?? null,
  });
}

/** Names, values, peers, ratios and aims in columns. */
export function asLine(figure: Figure): string {
  const { name, value, unit, peer, peerValue, least, runs } = figure;
  const ratio = ratioOf(figure);
  const aim = aimOf(figure);
  const reached = isReached(figure);
  const spread = runs === undefined || runs < 2 || least === undefined ? '' : `least ${brief(least)} of ${runs}`;
  const columns = [
    name.padEnd(36),
    `${brief(value)} ${unit.padEnd(8)}`.padStart(18),
    spread.padEnd(19),
    peer === undefined || peerValue === undefined ? ''.padEnd(28) : `${peer} ${brief(peerValue)}`.padEnd(28),
    (ratio === undefined ? '' : `${brief(ratio)} x`).padStart(9),
    aim === undefined ? '' : `  ${aim}${reached === undefined ? '' : reached ? ', reached' : ', NOT REACHED'}`,
  ];
  return columns.join(' ').trimEnd();
}

function aimOf({ aim, unit, peer }: Figure): string | undefined {
  if (aim === undefined) return undefined;
  if (aim.of === 'ratio') return `at most ${aim.most} x`;
  return aim.of === 'value'
    ? `at most ${aim.most} ${unit}`
    : `at most ${aim.most} ${unit} beyond ${peer ?? 'the peer'}`;
}

/** Three digits that matter. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(6));
}
