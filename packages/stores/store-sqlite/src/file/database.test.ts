import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

function open() {
  const database = new Database(join(folder, 'test.db'));
  const put = (name: string) => database.run('INSERT INTO notes (name) VALUES (?)', name);
  const names = () => database.run('SELECT name FROM notes ORDER BY name').map(({ name }) => name);
  return { database, put, names };
}

describe('writes that are passed together', () => {
  it('share a transaction, in their order', async () => {
    const { database, put, names } = open();
    await database.write(() => database.run('CREATE TABLE notes (name TEXT)'));
    const other = new Database(join(folder, 'test.db'));
    const seen: unknown[] = [];
    const look = (): void => {
      seen.push(...other.run('SELECT count(*) AS count FROM notes'));
    };
    const first = database.write(() => put('a'));
    const second = database.write(() => {
      look();
      return put('b');
    });
    await Promise.all([first, second]);
    look();
    expect(seen).toEqual([{ count: 0 }, { count: 2 }]);
    expect(names()).toEqual(['a', 'b']);
    other.close();
    database.close();
  });

  it('are undone separately if one of them throws', async () => {
    const { database, put, names } = open();
    await database.write(() => database.run('CREATE TABLE notes (name TEXT)'));
    const failed = new Error('no');
    const results = await Promise.allSettled([
      database.write(() => put('a').length),
      database.write(() => {
        put('b');
        throw failed;
      }),
      database.write(() => put('c').length),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: failed });
    expect(names()).toEqual(['a', 'c']);
    database.close();
  });

  it('all fail if the file is locked', async () => {
    const { database, put } = open();
    await database.write(() => database.run('CREATE TABLE notes (name TEXT)'));
    database.run('PRAGMA busy_timeout = 0');
    const other = new Database(join(folder, 'test.db'));
    other.run('BEGIN IMMEDIATE');
    const results = await Promise.allSettled([
      database.write(() => put('a')),
      database.write(() => put('b')),
    ]);
    expect(results).toMatchObject([{ reason: { kind: 'overloaded' } }, { reason: { kind: 'overloaded' } }]);
    other.run('ROLLBACK');
    await database.write(() => put('c'));
    other.close();
    database.close();
  });

  it('fail separately on a full disk', async () => {
    const { database, put, names } = open();
    await database.write(() => database.run('CREATE TABLE notes (name TEXT)'));
    const [{ page_count: pages } = {}] = database.run('PRAGMA page_count');
    database.run(`PRAGMA max_page_count = ${Number(pages)}`);
    const undone: string[] = [];
    database.onUndo(() => {
      undone.push('undone');
    });
    const failed = new Error('no');
    const results = await Promise.allSettled([
      database.write(() => put('a').length),
      database.write(() => {
        put('b');
        throw failed;
      }),
      database.write(() => put('x'.repeat(100_000)).length),
      database.write(() => put('c').length),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: failed });
    expect(results[2]).toMatchObject({
      reason: {
        kind: 'server',
        message: expect.stringMatching(/test\.db: database or disk is full; check the free space/),
      },
    });
    expect(names()).toEqual(['a', 'c']);
    expect(undone).not.toEqual([]);
    database.close();
  });

  it('fail with the path if the file is read-only', async () => {
    const { database } = open();
    database.run('PRAGMA query_only = 1');
    await expect(database.write(() => database.run('CREATE TABLE notes (name TEXT)'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/test\.db cannot be written: .*; make the file and its folder writable/),
    });
    database.close();
  });

  it('are done before the file is closed', async () => {
    const { database, put } = open();
    await database.write(() => database.run('CREATE TABLE notes (name TEXT)'));
    const written = database.write(() => put('a'));
    database.close();
    await written;
    const { database: again, names } = open();
    expect(names()).toEqual(['a']);
    again.close();
    await expect(database.write(() => put('b'))).rejects.toMatchObject({ kind: 'config' });
  });
});
