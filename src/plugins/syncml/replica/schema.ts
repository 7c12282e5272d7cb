/** Each brings the replica from the version that is its index to the next. One that was released is never changed. */
export const MIGRATIONS: readonly string[] = [
  `
  -- What is remembered of the peer as a whole: its identity, nonces, device information.
  CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE datastores (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Counts changes; deltas since an earlier counter than the horizon are no longer known.
    counter INTEGER NOT NULL DEFAULT 0,
    horizon INTEGER NOT NULL DEFAULT 0,
    ours TEXT,
    theirs TEXT,
    cut TEXT,
    -- A slow sync is under way: what the device has sent of it so far is marked in seen. The id before its first new item.
    slow INTEGER,
    -- Only all it has can tell what became of something: the next session has to be a slow one.
    doubt INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    datastore INTEGER NOT NULL REFERENCES datastores (id) ON DELETE CASCADE,
    luid TEXT,
    guid TEXT,
    -- Client role: the server has not confirmed the Map of guid and luid yet.
    unmapped INTEGER NOT NULL DEFAULT 0,
    placement INTEGER NOT NULL,
    type TEXT NOT NULL,
    summary TEXT NOT NULL,
    name TEXT,
    modified INTEGER,
    -- Of what the device holds, not of the richer body.
    likeness TEXT NOT NULL,
    kin TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The last change came from the engine: a listing need not bring the body along.
    ours INTEGER NOT NULL DEFAULT 0,
    -- Why it is in quarantine, where it is.
    problem TEXT
  ) STRICT;
  CREATE UNIQUE INDEX items_by_luid ON items (datastore, luid) WHERE luid IS NOT NULL;
  CREATE INDEX items_by_guid ON items (datastore, guid) WHERE guid IS NOT NULL;
  CREATE INDEX items_by_likeness ON items (datastore, likeness);
  CREATE INDEX items_by_change ON items (datastore, at);
  CREATE INDEX items_astray ON items (datastore, placement) WHERE placement > 0;
  CREATE INDEX items_unmapped ON items (datastore) WHERE unmapped = 1;
  CREATE INDEX items_in_quarantine ON items (datastore) WHERE problem IS NOT NULL;

  -- Apart, so that what is asked of every row does not drag the photos along. What the device holds, as far as we know,
  -- is null where it equals the body. What the device itself gave last is empty where it is what it holds, null for nothing.
  CREATE TABLE contents (
    item INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
    body BLOB NOT NULL,
    held BLOB,
    told BLOB,
    raw BLOB,
    raw_type TEXT
  ) STRICT;

  CREATE TABLE tombstones (
    datastore INTEGER NOT NULL REFERENCES datastores (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (datastore, at)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE seen (
    datastore INTEGER NOT NULL REFERENCES datastores (id) ON DELETE CASCADE,
    item INTEGER NOT NULL,
    PRIMARY KEY (datastore, item)
  ) STRICT, WITHOUT ROWID;
  `,
];
