// Placeholder for the toolkit: replaced by the member tables.
export interface Exported {
  readonly name: string;
}
