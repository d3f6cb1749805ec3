import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RecordQuery } from '@majordomo/records';
import { describeWith, startCutProxy } from '@majordomo/services';
import type { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

const PROCESS = new URL('./support/records-process.ts', import.meta.url).pathname;
const LIMIT = 10;
/** Maximum number of commands of a script for a record, and for itself. */
const MAX_COMMANDS = 25;

describeWith('redis', 'records', () => {
  const { client, server, stores } = onRedis();
  const redis = (): Redis => client().client as Redis;

  /** Returns the number of commands that scripts and clients have run. */
  async function commandCount(): Promise<number> {
    const info = await redis().info('commandstats');
    const counts = [...info.matchAll(/cmdstat_(?!info|hello|client|ping|eval)[\w|]+:calls=(\d+)/g)];
    return counts.reduce((sum, [, calls]) => sum + Number(calls), 0);
  }

  it('are touched without writing their values', async () => {
    const { records } = stores();
    await records.write('a', [{ type: 'put', key: 'a', value: 'x' }]);
    const monitor = await redis().monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_: string, command: readonly string[]) => commands.push(command.join(' ')));
    await records.write('a', [{ type: 'touch', key: 'a', dueMs: 30_000, label: 'x' }]);
    await expect.poll(() => commands.some((command) => command.startsWith('HSET'))).toBe(true);
    monitor.disconnect();
    expect(commands.filter((command) => command.includes(':values'))).toEqual([]);
    expect((await records.get('a', 'a'))?.value).toBe('x');
  });

  it('are written once if the client sends the write again after a lost connection', async () => {
    const proxy = await startCutProxy(server().port);
    const { client: cut, close } = clients['ioredis with defaults']!(`redis://127.0.0.1:${proxy.port}`);
    onTestFinished(async () => {
      close();
      await proxy[Symbol.asyncDispose]();
    });
    const { records } = stores({ client: cut });
    const put = { type: 'put', key: 'a', value: '1' } as const;
    await records.write('a', [put]);
    proxy.cutAt('reply', 0);
    const versions = await records.write('a', [
      { ...put, key: 'b', version: 0 },
      { type: 'remove', key: 'a' },
      { type: 'check', key: 'c', version: 0 },
    ]);
    const version = (await records.get('a', 'b'))?.version;
    expect([proxy.hasCut, versions]).toEqual([true, [version, 0, 0]]);
    proxy.cutAt('reply', 0);
    expect(await records.write('a', [{ type: 'remove', key: 'b', version }])).toEqual([0]);
    expect(await records.write('a', [{ type: 'remove', key: 'b', version }])).toBeUndefined();
  });

  it('are deleted from all keys after their time', async () => {
    const { records } = stores({ prefix: 'expired' });
    const keys = Array.from({ length: 30 }, (_, number) => `${number}`);
    await records.write(
      'a',
      keys.map((key) => ({ type: 'put', key, value: '1', label: key, dueMs: 1, keepMs: 1 })),
    );
    await expect.poll(() => records.counts('a')).toEqual({});
    for (let writes = 0; writes < 2; writes++)
      await records.write('a', [{ type: 'check', key: 'a', version: 0 }]);
    expect(await redis().keys('expired:records:*')).toEqual(['expired:records:{:a}:version']);

    await records.write('a', [{ type: 'put', key: 'b', value: '1', keepMs: 1 }]);
    await expect.poll(() => records.list('a', { order: 'newest', limit: 1 })).toEqual([]);
    expect(await redis().keys('expired:records:*')).toEqual(['expired:records:{:a}:version']);
  });

  it('are listed, counted and written by a number of commands that does not depend on the number of records', async () => {
    const { records } = stores();
    for (let portion = 0; portion < 20; portion++)
      await records.write(
        'a',
        Array.from({ length: 1000 }, (_, number) => ({
          type: 'put',
          key: `${portion * 1000 + number}`,
          value: 'x',
          label: `${number % 4}`,
          dueMs: number % 2 === 0 ? 1 : undefined,
          keepMs: number % 10 === 0 ? 3_600_000 : undefined,
        })),
      );
    const after = (await records.get('a', '5000')) ?? { key: '', at: 0 };
    const queries: readonly RecordQuery[] = [
      {},
      { after },
      { label: '1', after },
      { prefix: '77' },
      { label: '1', prefix: '77', after },
      { keys: ['3', '2', '1'] },
      { order: 'newest' },
      { order: 'newest', after },
      { order: 'newest', label: '1' },
      { order: 'due' },
    ].map((query) => ({ ...query, limit: LIMIT }) as RecordQuery);
    const cost = async (work: () => Promise<unknown>): Promise<number> => {
      const before = await commandCount();
      await work();
      return (await commandCount()) - before;
    };
    for (const query of queries) {
      expect(await records.list('a', query)).not.toHaveLength(0);
      expect(await cost(() => records.list('a', query))).toBeLessThan(MAX_COMMANDS + 3 * LIMIT);
    }
    expect(await cost(() => records.counts('a'))).toBeLessThan(MAX_COMMANDS);
    const put = () => records.write('a', [{ type: 'put', key: '7', value: 'x', label: 'other' }]);
    expect(await cost(put)).toBeLessThan(MAX_COMMANDS);
    const remove = () => records.write('a', [{ type: 'remove', key: '7' }]);
    expect(await cost(remove)).toBeLessThan(MAX_COMMANDS);
  });

  it('are written by several processes, and counted exactly', async () => {
    const prefix = 'shared records';
    const { records } = stores({ prefix });
    const run = promisify(execFile);
    const kinds = ['ioredis with defaults', 'node-redis with defaults'];
    const made = await Promise.all(
      kinds.map((kind) => run(process.execPath, [PROCESS, server().url, prefix, kind, '100'])),
    );
    for (const { stdout } of made) expect(Number(stdout)).toBeGreaterThan(10);
    const lists = [{ order: 'key' }, { order: 'newest' }] as const;
    for (const query of lists) {
      const counted: Record<string, number> = {};
      for (const { label } of await records.list('shared', { ...query, limit: 1000 }))
        counted[label] = (counted[label] ?? 0) + 1;
      expect(await records.counts('shared')).toEqual(counted);
    }
  }, 60_000);
});
