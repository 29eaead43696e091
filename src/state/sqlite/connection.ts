import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isUnwritable } from './errors.ts';

const version = 1;
/** SQLite waits for locks by blocking the event loop, so it waits this long only; the rest of the patience is awaited. */
const blocking = 20;

export interface Connection {
  readonly database: DatabaseSync;
  readonly select: StatementSync;
  readonly upsert: StatementSync;
}

/** To the file, which is made where it is not there. */
export function connect(path: string): Connection {
  const database = new DatabaseSync(path, { timeout: blocking });
  try {
    // a lost last transaction is only a cache miss, so WAL need not be synced at each commit
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    if (readVersion(database) !== version) transaction(database, () => createTable(database));
    return prepared(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** To a file that is there, and stays as it is. One of another version is as good as none, as where it can be written. */
export function connectReadOnly(path: string): Connection {
  try {
    return connectToRead(path);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    // Who may not make the files that processes share reads what was there when the last of them closed it.
    return connectToRead(new URL(`${pathToFileURL(path).href}?immutable=1`));
  }
}

function connectToRead(path: string | URL): Connection {
  const database = new DatabaseSync(path, { timeout: blocking, readOnly: true });
  try {
    if (readVersion(database) === version) return prepared(database);
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  const empty = new DatabaseSync(':memory:');
  createTable(empty);
  return prepared(empty);
}

function prepared(database: DatabaseSync): Connection {
  return {
    database,
    select: database.prepare('SELECT value FROM state WHERE space = ? AND key = ?'),
    upsert: database.prepare(
      'INSERT INTO state (space, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
  };
}

/** Inside a transaction, and it looks again: another process may have made the table in the meantime. */
function createTable(database: DatabaseSync): void {
  if (readVersion(database) === version) return;
  database.exec(
    `DROP TABLE IF EXISTS state;
     CREATE TABLE state (
       space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (space, key)
     ) WITHOUT ROWID;
     PRAGMA user_version = ${version}`,
  );
}

function readVersion(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

export function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
