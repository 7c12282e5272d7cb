/** Who called us, as the bus vouches for it. */
export interface Caller {
  /** The unique bus name, such as `:1.42`. */
  readonly name: string;
  readonly uid: number;
  readonly pid: number;
}
