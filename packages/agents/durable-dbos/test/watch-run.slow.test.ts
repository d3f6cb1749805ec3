import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { createAgent } from '@majordomo/agent';
import { watchRun, type RunEvent } from '@majordomo/agent/durable';
import { createMajordomo } from '@majordomo/core';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { dbosAgent, dbosChannel } from '../src/index.ts';

const channel = dbosChannel();
const provider = fakeProvider({ id: 'f', models: { m: ['Done.'] } });
const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m');
const runs = dbosAgent('watched', createAgent({ model }), { channel });

async function textOf(events: AsyncIterable<RunEvent>): Promise<string> {
  let text = '';
  for await (const event of events)
    if (event.type === 'event' && event.event.type === 'model' && event.event.event.type === 'text-delta')
      text += event.event.event.text;
  return text;
}

describeWith('postgres', 'watching a run on DBOS', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
    DBOS.setConfig({
      name: 'majordomo',
      systemDatabaseUrl: `${postgres.url}_dbos`,
      logLevel: 'error',
      applicationVersion: '1',
    });
    await DBOS.launch();
  }, 60_000);
  afterAll(async () => {
    await DBOS.shutdown();
    await postgres.stop();
  });
  const psql = (sql: string) => promisify(execFile)('psql', [`${postgres.url}_dbos`, '-c', sql]);

  it('continues after failed queries of the database', async () => {
    const listWorkflows = vi.spyOn(DBOS, 'listWorkflows');
    const receivedText = textOf(await watchRun(channel, 'run-1'));
    await psql('ALTER TABLE dbos.workflow_status RENAME TO away');
    const previousCount = listWorkflows.mock.settledResults.length;
    const failed = () =>
      listWorkflows.mock.settledResults.slice(previousCount).some(({ type }) => type === 'rejected');
    try {
      await expect.poll(failed).toBe(true);
    } finally {
      await psql('ALTER TABLE dbos.away RENAME TO workflow_status');
      listWorkflows.mockRestore();
    }
    await runs.start('run-1', 'go');
    expect(await receivedText).toBe('Done.');
  }, 30_000);

  it('rejects if DBOS is shut down in this process', async () => {
    const receivedText = textOf(await watchRun(channel, 'never'));
    const rejection = expect(receivedText).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/"never" cannot be watched, because DBOS is not running/),
    });
    await DBOS.shutdown();
    await rejection;
  }, 30_000);
});
