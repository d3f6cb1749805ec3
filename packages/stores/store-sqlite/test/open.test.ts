import {
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { FORMAT } from '../src/file/schema.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

const errorOf = (run: () => unknown): Error & { kind?: string } => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the function did not throw');
};

const VALUE = JSON.stringify('x'.repeat(500));

async function fill(path: string): Promise<void> {
  await using stores = sqliteStores(path);
  for (let number = 0; number < 200; number++)
    await stores.records.write('space', [{ type: 'put', key: `key ${number}`, value: VALUE }]);
}

const damagedFilesOf = (path: string): readonly string[] =>
  readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.damaged-`));

describe('a file', () => {
  it('stores its content', async () => {
    await fill(at('stored.db'));
    await using stores = sqliteStores(at('stored.db'));
    expect(await stores.records.get('space', 'key 7')).toMatchObject({ value: VALUE });
  });

  it.each([
    ['text', 'my notes, which are longer than the header of a database. '.repeat(20)],
    ['short text', 'x'],
    ['an image', Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Array<number>(3000).fill(7)])],
    ['a damaged database of another program', `SQLite format 3\0${'\u0001'.repeat(4000)}`],
  ])('with %s is rejected and not changed', (_, content) => {
    const path = at('notes.txt');
    writeFileSync(path, content);
    const error = errorOf(() => sqliteStores(path));
    expect(error.kind).toBe('config');
    expect(error.message).toMatch(
      /notes\.txt is not a database of @majordomo\/store-sqlite.*the file was not changed/,
    );
    expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
    expect(damagedFilesOf(path)).toEqual([]);
  });

  it('with overwritten pages is renamed, and replaced by an empty one', async () => {
    const path = at('torn.db');
    await fill(path);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4000, 0x5a), 0, 4000, 100);
    expect(errorOf(() => sqliteStores(path)).message).toContain('was renamed to');
    expect(damagedFilesOf(path)).toHaveLength(1);
    await using stores = sqliteStores(path);
    expect(await stores.records.get('space', 'key 7')).toBeUndefined();
  });

  it('that was truncated is reported as damaged', async () => {
    const path = at('cut.db');
    await fill(path);
    truncateSync(path, 8192);
    const outcome = await (async () => {
      await using stores = sqliteStores(path);
      return await stores.records.get('space', 'key 199');
    })().catch((error: unknown) => error);
    expect(outcome).toMatchObject({ kind: 'config', message: expect.stringContaining('damaged') });
  });

  it('that is damaged outside its schema is reported with a remedy, and not renamed', async () => {
    const path = at('inside.db');
    await fill(path);
    const file = openSync(path, 'r+');
    const { size } = statSync(path);
    writeSync(file, Buffer.alloc(40_960, 0xff), 0, 40_960, size - 81_920);
    await using stores = sqliteStores(path);
    const outcome = await Promise.all(
      Array.from({ length: 200 }, (_, number) => stores.records.get('space', `key ${number}`)),
    ).catch((error: unknown) => error);
    expect(outcome).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(
        /inside\.db is damaged; end all processes that use it, and restore a copy/,
      ),
    });
    expect(damagedFilesOf(path)).toEqual([]);
  });

  it('of a newer version is rejected and not changed', () => {
    const path = at('newer.db');
    void sqliteStores(path).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const error = errorOf(() => sqliteStores(path));
    expect(error.message).toContain('newer.db was written by a newer version');
    expect(error.message).toContain(`(format 99; this version supports formats up to ${FORMAT})`);
    expect(damagedFilesOf(path)).toEqual([]);
  });

  it('of another program is rejected and not changed', () => {
    const path = at('other.db');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE bookmarks (url TEXT)');
    database.close();
    expect(errorOf(() => sqliteStores(path)).message).toContain('is a SQLite file of another program');
    expect(damagedFilesOf(path)).toEqual([]);
  });

  it('in a missing folder is reported with its path', () => {
    const error = errorOf(() => sqliteStores(at('nowhere/spend.db')));
    expect(error).toMatchObject({ kind: 'config' });
    expect(error.message).toMatch(
      /nowhere\/spend\.db cannot be opened: .*; end any program that locks it, or pass a path in an existing, writable folder/,
    );
  });

  it('that was closed rejects later calls, and can be closed again', async () => {
    const stores = sqliteStores(at('closed.db'));
    await stores.close();
    await stores.close();
    await expect(stores.records.get('space', 'key')).rejects.toThrow(
      /closed\.db was closed; create the stores again/,
    );
    await expect(stores.ledger.reserve('1', [], 1)).rejects.toMatchObject({ kind: 'config' });
  });
});

it('the sources contain no numbered parameters, which Node 22.16 treats as named ones', () => {
  const src = join(import.meta.dirname, '../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) expect(readFileSync(join(src, file), 'utf8')).not.toMatch(/[=(,<>]\s*\?\d/);
});
