/** What one document may cost. A nested document counts with the one around it. */
export interface Limits {
  /** Octets of the document, and characters that its string table and entities may make of it beyond that. */
  readonly bytes: number;
  /** Elements inside one another, the root being the first. */
  readonly depth: number;
  readonly elements: number;
}

/**
 * Far above any real message: ten thousand contacts are 6 MB, 100,000 elements and 8 deep. Whatever comes, reading takes
 * time in proportion to the octets, and memory of at most 12 x `bytes` + 250 bytes x `elements`.
 */
export const LIMITS: Limits = { bytes: 16 * 1024 * 1024, depth: 64, elements: 500_000 };
