import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, createRuns } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { lmdbRecords } from '../src/lmdb-records.ts';
import { continueRun } from '../src/run-worker.ts';

const open = {
  sqlite(folder: string) {
    const { records, close } = sqliteStores(join(folder, 'runs.db'));
    return { records, close };
  },
  lmdb(folder: string) {
    const records = lmdbRecords(folder);
    return { records, close: () => records.close() };
  },
};

it.each(['sqlite', 'lmdb'] as const)(
  'run-worker: a run in %s survives two killed workers, and pays once per key',
  async (engine) => {
    const folder = testFolder();
    const { records, close } = open[engine](folder);
    const runs = createRuns({ records });
    const model = createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: [] } })] }).model('a/x');
    await runs.save('run', createAgent({ model }).begin('pay'));
    const script = new URL('./run-worker-process.ts', import.meta.url).pathname;
    const life = () =>
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder, engine], {
        stdio: 'inherit',
      });
    for (let kills = 0; kills < 2; kills++) expect(await once(life(), 'exit')).toEqual([null, 'SIGKILL']);
    const last = life();
    await expect
      .poll(async () => (await runs.list({ done: true })).map(({ done }) => done), { timeout: 60_000 })
      .toEqual(['answered']);
    last.kill('SIGKILL');
    await once(last, 'exit');
    expect(readdirSync(folder).filter((name) => name.startsWith('paid-'))).toHaveLength(1);
    await close();
  },
  60_000,
);

it('run-worker: a run whose model fails is unlocked, and continues later', async () => {
  await using stores = sqliteStores(':memory:');
  const { records } = stores;
  const runs = createRuns({ records });
  const turns = [{ fail: 'server' }, 'done'] as const;
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'a', models: { x: turns } })],
    chain: { attempts: 1 },
  });
  const agent = createAgent({ model: majordomo.model('a/x') });
  await runs.save('run', agent.begin('hi'));
  const { signal } = new AbortController();
  await expect(continueRun({ runs, records }, agent, 'run', signal)).rejects.toMatchObject({
    kind: 'server',
  });
  expect(await runs.list()).toMatchObject([{ id: 'run', held: false }]);
  expect(await continueRun({ runs, records }, agent, 'run', signal)).toBe(true);
  expect(await runs.list({ done: true })).toMatchObject([{ done: 'answered' }]);
});
