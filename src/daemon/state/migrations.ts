const known = (side: string): string => `
  ${side}_id TEXT NOT NULL,
  ${side}_revision TEXT NOT NULL,
  ${side}_volume TEXT,
  ${side}_size INTEGER,
  ${side}_name TEXT,
  ${side}_digest TEXT`;

/** Each brings the database from the version that is its index to the next. One that was released is never changed. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    identity TEXT NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE claims (
    device TEXT PRIMARY KEY,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE bindings (
    id TEXT PRIMARY KEY,
    terms TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE stores (
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE mappings (
    id INTEGER PRIMARY KEY,
    binding TEXT NOT NULL REFERENCES bindings (id) ON DELETE CASCADE,
    pair TEXT NOT NULL,
    agreement TEXT,
    UNIQUE (binding, pair)
  ) STRICT;

  -- A name equal to the id is stored as the empty text, a right digest equal to the left one as null.
  CREATE TABLE pairs (
    mapping INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,${known('left')},${known('right')},
    PRIMARY KEY (mapping, left_id),
    UNIQUE (mapping, right_id)
  ) STRICT, WITHOUT ROWID;

  -- A batch a row: an intent lives for milliseconds, and most never get to be read.
  CREATE TABLE intents (
    batch INTEGER PRIMARY KEY,
    mapping INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    intents TEXT NOT NULL
  ) STRICT;
  CREATE INDEX intents_by_mapping ON intents (mapping);

  CREATE TABLE pending (
    mapping INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    item TEXT NOT NULL,
    ref TEXT,
    retry INTEGER NOT NULL,
    surplus INTEGER NOT NULL,
    PRIMARY KEY (mapping, side, item)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    binding TEXT NOT NULL,
    device TEXT NOT NULL,
    cause TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    result TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    details TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_binding ON sessions (binding, number);

  CREATE TABLE questions (
    binding TEXT NOT NULL REFERENCES bindings (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    since INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (binding, question)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions (
    binding TEXT NOT NULL REFERENCES bindings (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (binding, question)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE results (
    binding TEXT PRIMARY KEY REFERENCES bindings (id) ON DELETE CASCADE,
    ended INTEGER NOT NULL,
    result TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    terms TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

export const VERSION = MIGRATIONS.length;
