/** What completion offers for an operand or an option's value. */
export type Kind = 'device' | 'account' | 'binding' | 'store' | 'command' | 'file' | 'folder' | 'text';

export interface Operand {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly optional?: boolean;
  readonly many?: boolean;
}

export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help; a flag has none. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly kind?: Kind;
  readonly many?: boolean;
  readonly summary: string;
}
