import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createKeys } from '@majordomo/admin';
import { createAgent, createRuns } from '@majordomo/agent';
import { createBatches } from '@majordomo/batch';
import { recordStoreConformance, startBatchServer } from '@majordomo/conformance';
import { createMajordomo, user } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { createOpenAI } from '@majordomo/provider-openai';
import type { RecordStore } from '@majordomo/records';
import { fakeProvider } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lmdbRecords } from '../src/lmdb-records.ts';

/** Opens two stores over a new folder. */
function openTwo(): { readonly folder: string; readonly stores: readonly [RecordStore, RecordStore] } {
  const folder = testFolder();
  const mine = lmdbRecords(folder);
  const theirs = lmdbRecords(folder);
  onTestFinished(async () => {
    await Promise.all([mine.close(), theirs.close()]);
  });
  return { folder, stores: [mine, theirs] };
}

describe('lmdb-records', () => {
  for (const { name, run } of recordStoreConformance)
    it(name, () => run(() => Promise.resolve(openTwo().stores)));

  it('makes all changes of a write or none when processes are killed', async () => {
    const { folder, stores } = openTwo();
    const [records] = stores;
    const script = new URL('./lmdb-records-process.ts', import.meta.url).pathname;
    for (let kills = 0; kills < 2; kills++) {
      const writers = [fork(script, [folder]), fork(script, [folder])];
      await Promise.all(writers.map((writer) => once(writer, 'message')));
      const exits = writers.map((writer) => once(writer, 'exit'));
      for (const writer of writers) writer.kill('SIGKILL');
      await Promise.all(exits);
      const [first, second] = await records.list('pairs', { keys: ['first', 'second'], limit: 2 });
      expect(first?.value).toBe(second?.value);
      expect(Number(first?.value)).toBeGreaterThan(kills);
    }
    const pair = await records.get('pairs', 'first');
    await expect.poll(() => records.counts('pairs')).toEqual({ [pair?.label ?? '']: 2 });
    for (const order of ['key', 'newest', 'due'] as const)
      expect((await records.list('pairs', { order, limit: 9 })).map(({ key }) => key).sort()).toEqual([
        'first',
        'second',
      ]);
  }, 30_000);

  it('changes nothing if a write fails', async () => {
    const [records] = openTwo().stores;
    const put = { type: 'put', key: 'b', value: '1' } as const;
    const bad = {
      ...put,
      value: {
        toString: () => {
          throw new Error('disk full');
        },
      } as unknown as string,
    };
    await expect(records.write('a', [{ ...put, key: 'a' }, bad])).rejects.toThrow('disk full');
    expect(await records.list('a', { limit: 9 })).toEqual([]);
    expect(await records.counts('a')).toEqual({});
  });

  it('stores the run of an agent, which a second store continues after a decision', async () => {
    const [mine, theirs] = openTwo().stores;
    let sent = 0;
    const send = {
      name: 'send',
      description: 'Sends the mail',
      parameters: { type: 'object', properties: {} },
      effect: 'once',
      approval: true,
      run: () => `sent ${++sent}`,
    } as const;
    const turns = [{ toolCalls: [{ id: 'call', name: 'send', args: {} }] }, 'done'];
    const model = createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: turns } })] }).model(
      'a/x',
    );
    const agent = createAgent({ model, tools: [send] });
    const { state } = await agent.run('send it', { records: mine });
    const runs = createRuns({ records: mine });
    await runs.save('run', state);
    const loaded = await createRuns({ records: theirs }).load('run', { agent });
    await expect(runs.load('run', { agent })).rejects.toMatchObject({ kind: 'denied' });
    const decisions = [{ callId: 'call', approve: true }] as const;
    expect((await agent.run(loaded ?? state, { decisions, records: theirs })).text).toBe('done');
    // A second approval of the same state does not send the mail again.
    await agent.run(state, { decisions, records: mine }).catch(() => undefined);
    expect(sent).toBe(1);
  });

  it('stores a batch, which a second store continues', async () => {
    const [mine, theirs] = openTwo().stores;
    await using server = await startBatchServer({ looks: 1, answer: ({ text }) => `answer to ${text}` });
    const majordomo = createMajordomo({
      providers: [createOpenAI({ apiKey: 'sk-test', baseURL: server.baseURL })],
    });
    const items = Array.from({ length: 20 }, (_, n) => ({
      id: `${n}`,
      request: { messages: [user(`${n}`)] },
    }));
    const job = { key: 'job', spec: 'openai/gpt-4.1', items };
    await (await createBatches({ majordomo, records: mine }).submit(job)).poll();
    const continued = await createBatches({ majordomo, records: theirs }).submit(job);
    await expect.poll(async () => (await continued.poll()).state).toBe('done');
    const answers: string[] = [];
    for await (const { response } of continued.results())
      answers.push(response !== undefined && 'text' in response ? response.text : '');
    expect(answers).toEqual(items.map(({ id }) => `answer to ${id}`));
    expect(server.batches).toHaveLength(1);
  });

  it('stores the keys of a gateway, which a second store creates and revokes', async () => {
    const [mine, theirs] = openTwo().stores;
    const majordomo = createMajordomo({
      providers: [fakeProvider({ id: 'a', models: { x: ['hello', 'hello'] } })],
    });
    const served = createKeys({ records: theirs });
    const gateway = createGateway({
      majordomo,
      models: { smart: 'a/x' },
      authorize: (request) => served.authorize(request),
    });
    const call = async (secret: string): Promise<number> => {
      const body = JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'hi' }] });
      const headers = { authorization: `Bearer ${secret}` };
      const url = 'http://gateway.example/v1/chat/completions';
      return (await gateway.fetch(new Request(url, { method: 'POST', headers, body }))).status;
    };
    const keys = createKeys({ records: mine });
    const { key, secret } = await keys.create({ name: 'search', tenant: 'search' });
    expect(await call(secret)).toBe(200);
    expect((await served.list({ tenant: 'search' })).map(({ id }) => id)).toEqual([key.id]);
    await keys.revoke(key.id);
    expect(await call(secret)).toBe(401);
  });
});
