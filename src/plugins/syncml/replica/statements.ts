import type { Database, Statement } from '../../database/database.js';
import { ROW } from './row.js';

/** Rows fetched at once: enough to be fast, few enough to be lean, and nothing stays open between two pages. */
export const PAGE = 256;
/** Bytes of a body that comes along with its entry in a listing. */
const INLINE = 32 * 1024;

const ENTRY = `id, at, problem, type, summary, name, modified, CASE WHEN raw IS NULL THEN length(body) ELSE length(raw) END AS size,
  CASE WHEN ours = 0 AND problem IS NULL AND length(body) <= ${INLINE} THEN body END AS inline`;

/** The statements all datastores of a replica share. */
export class ReplicaStatements {
  readonly database: Database;

  readonly memory: Statement;
  readonly remember: Statement;
  readonly forget: Statement;

  readonly datastore: Statement;
  readonly addDatastore: Statement;
  readonly dropDatastore: Statement;
  readonly saveCounter: Statement;
  readonly anchors: Statement;
  readonly setAnchors: Statement;
  readonly cut: Statement;
  readonly setCut: Statement;
  readonly setSlow: Statement;
  readonly setDoubt: Statement;

  readonly find: Statement;
  readonly byLuid: Statement;
  readonly byGuid: Statement;
  readonly alike: Statement;
  readonly inPlacement: Statement;
  readonly isAstray: Statement;
  readonly unseen: Statement;
  readonly rowsAfter: Statement;
  readonly quarantined: Statement;
  readonly unmapped: Statement;
  readonly measure: Statement;

  readonly insert: Statement;
  readonly insertContent: Statement;
  readonly write: Statement;
  readonly writeContent: Statement;
  readonly hold: Statement;
  readonly holdContent: Statement;
  readonly quarantine: Statement;
  readonly quarantineContent: Statement;
  readonly place: Statement;
  readonly unsettle: Statement;
  readonly setGuid: Statement;
  readonly confirmMap: Statement;
  readonly remove: Statement;

  readonly whole: Statement;
  readonly content: Statement;
  readonly raw: Statement;
  readonly item: Statement;
  readonly piece: Statement;

  readonly pageById: Statement;
  readonly pageByChange: Statement;
  readonly gone: Statement;
  readonly bury: Statement;
  readonly graves: Statement;
  readonly exhume: Statement;

  readonly lastId: Statement;
  readonly mark: Statement;
  readonly isMarked: Statement;
  readonly unmarkAll: Statement;

  constructor(database: Database) {
    const sql = (source: string): Statement => database.prepare(source);
    this.database = database;

    this.memory = sql('SELECT value FROM memory WHERE key = ?');
    this.remember = sql('INSERT OR REPLACE INTO memory (key, value) VALUES (?, ?)');
    this.forget = sql('DELETE FROM memory WHERE key = ?');

    this.datastore = sql('SELECT id, counter, horizon, slow FROM datastores WHERE name = ?');
    this.addDatastore = sql('INSERT INTO datastores (name) VALUES (?)');
    this.dropDatastore = sql('DELETE FROM datastores WHERE name = ?');
    this.saveCounter = sql('UPDATE datastores SET counter = ?, horizon = ? WHERE id = ?');
    this.anchors = sql('SELECT ours, theirs, doubt FROM datastores WHERE id = ?');
    this.setAnchors = sql('UPDATE datastores SET ours = ?, theirs = ? WHERE id = ?');
    this.cut = sql('SELECT cut FROM datastores WHERE id = ?');
    this.setCut = sql('UPDATE datastores SET cut = ? WHERE id = ?');
    this.setSlow = sql('UPDATE datastores SET slow = ? WHERE id = ?');
    this.setDoubt = sql('UPDATE datastores SET doubt = ? WHERE id = ?');

    this.find = sql(`SELECT ${ROW} FROM items WHERE id = ? AND datastore = ?`);
    this.byLuid = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND luid = ?`);
    this.byGuid = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND guid = ?`);
    this.alike = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND likeness = ? AND problem IS NULL ORDER BY id`);
    this.inPlacement = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND placement = ? ORDER BY id`);
    this.isAstray = sql('SELECT 1 AS found FROM items WHERE datastore = ? AND placement = ? LIMIT 1');
    this.unseen = sql(
      `SELECT ${ROW} FROM items WHERE datastore = ? AND placement < 4
       AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.datastore = items.datastore AND seen.item = items.id) ORDER BY id`,
    );
    this.rowsAfter = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND id > ? AND problem IS NULL ORDER BY id`);
    this.quarantined = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND problem IS NOT NULL ORDER BY id`);
    this.unmapped = sql(`SELECT ${ROW} FROM items WHERE datastore = ? AND unmapped = 1 ORDER BY id`);
    this.measure = sql(
      `SELECT count(*) AS items, coalesce(sum(length(coalesce(held, body))), 0) AS bytes
       FROM items JOIN contents ON item = id WHERE datastore = ? AND placement <> 4`,
    );

    this.insert = sql(
      `INSERT INTO items (datastore, luid, guid, unmapped, placement, type, summary, name, modified, likeness, kin, at, ours, problem)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.insertContent = sql('INSERT INTO contents (item, body, held, told, raw, raw_type) VALUES (?, ?, ?, ?, ?, ?)');
    this.write = sql(
      `UPDATE items SET type = ?, summary = ?, name = coalesce(?, name), modified = coalesce(?, modified), likeness = ?, kin = ?, at = ?, ours = ?, problem = NULL
       WHERE id = ?`,
    );
    this.writeContent = sql(
      'UPDATE contents SET body = ?, held = ?, told = ?, raw = NULL, raw_type = NULL WHERE item = ?',
    );
    this.hold = sql('UPDATE items SET likeness = ? WHERE id = ?');
    this.holdContent = sql('UPDATE contents SET held = ?, told = ? WHERE item = ?');
    this.quarantine = sql('UPDATE items SET problem = ?, at = ?, ours = 0 WHERE id = ?');
    this.quarantineContent = sql('UPDATE contents SET raw = ?, raw_type = ? WHERE item = ?');
    this.place = sql('UPDATE items SET placement = ?, luid = ? WHERE id = ?');
    this.unsettle = sql('UPDATE items SET placement = 2, luid = NULL WHERE datastore = ? AND placement IN (0, 3)');
    this.setGuid = sql('UPDATE items SET guid = ?, unmapped = ? WHERE id = ?');
    this.confirmMap = sql('UPDATE items SET unmapped = 0 WHERE datastore = ? AND id = ?');
    this.remove = sql('DELETE FROM items WHERE id = ?');

    this.whole = sql(
      'SELECT type, summary, name, modified, kin, body FROM items JOIN contents ON item = id WHERE id = ?',
    );
    this.content = sql('SELECT body, held, told FROM contents WHERE item = ?');
    this.raw = sql('SELECT raw, raw_type FROM contents WHERE item = ?');
    this.item = sql(
      `SELECT at, problem, type, summary, name, modified, CASE WHEN raw IS NULL THEN length(body) ELSE length(raw) END AS size,
         CASE WHEN problem IS NULL AND length(body) <= ? THEN body END AS inline
       FROM items JOIN contents ON item = id WHERE id = ? AND datastore = ?`,
    );
    this.piece = sql(
      'SELECT substr(body, ?, ?) AS piece FROM items JOIN contents ON item = id WHERE id = ? AND at = ?',
    );

    this.pageById = sql(
      `SELECT ${ENTRY} FROM items JOIN contents ON item = id WHERE datastore = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    );
    this.pageByChange = sql(
      `SELECT ${ENTRY} FROM items JOIN contents ON item = id WHERE datastore = ? AND at > ? ORDER BY at LIMIT ${PAGE}`,
    );
    this.gone = sql('SELECT item FROM tombstones WHERE datastore = ? AND at > ? ORDER BY at');
    this.bury = sql('INSERT INTO tombstones (datastore, at, item) VALUES (?, ?, ?)');
    this.graves = sql('SELECT count(*) AS count FROM tombstones WHERE datastore = ?');
    this.exhume = sql(
      `DELETE FROM tombstones WHERE datastore = ? AND at <= coalesce(
         (SELECT at FROM tombstones WHERE datastore = ? ORDER BY at DESC LIMIT 1 OFFSET ?), -1) RETURNING at`,
    );

    this.lastId = sql("SELECT seq FROM sqlite_sequence WHERE name = 'items'");
    this.mark = sql('INSERT OR IGNORE INTO seen (datastore, item) VALUES (?, ?)');
    this.isMarked = sql('SELECT 1 AS found FROM seen WHERE datastore = ? AND item = ?');
    this.unmarkAll = sql('DELETE FROM seen WHERE datastore = ?');
  }
}
