import { watchRun } from '@majordomo/agent/durable';
import { restateAgentClient } from '@majordomo/durable-restate';
import {
  describeWith,
  freePorts,
  startPostgres,
  startRedis,
  startRestate,
  type Postgres,
} from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { Redis } from 'ioredis';
import { testFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchResultOf } from '../../src/durable/heard.ts';
import { keysOf, linesOf, SLOWLY } from '../../src/durable/scenario.ts';
import { supervised } from '../../src/durable/supervised.ts';

/** Id of a run. Its end specifies the point where the process dies: after the model's response, before it is recorded. */
const RUN = 'watched after ask 2';
/** Expected result. If the process dies before it publishes the beginning of its response, no reset is necessary. */
const EXPECTED = {
  steps: ['Let me see. add', 'Let me see. pay', 'Done.'],
  resets: expect.toBeOneOf([0, 1]) as number,
  missed: 0,
};

describeWith('redis', 'a run that dies while it is watched', () => {
  describeWith('restate', 'on Restate, over Redis', () => {
    it('is read completely by a process that is not a worker', async () => {
      const folder = testFolder();
      const [port = 0] = await freePorts(1);
      await using redis = await startRedis();
      await using restate = await startRestate();
      await using worker = await supervised('restate', [folder, `${port}`, redis.url]);
      await restate.register(`http://127.0.0.1:${port}`);
      const clients = [new Redis(redis.url), new Redis(redis.url)] as const;
      const runs = restateAgentClient('scenario', { ingress: restate.ingress });
      const { channel } = redisStores({ client: clients[0], subscriber: clients[1], timeoutMs: 10_000 });
      const watched = watchResultOf(await watchRun(channel, RUN));
      await runs.start(RUN, SLOWLY);
      const [call] = await runs.awaiting(RUN);
      await runs.decide(RUN, { callId: call!.id, approve: true });
      expect([await watched, worker.deaths]).toEqual([EXPECTED, 1]);
      for (const client of clients) client.disconnect();
    }, 60_000);
  });
});

describeWith('postgres', 'a run on DBOS that dies while it is watched', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres.stop());

  it('is read completely by another process, also if that process starts to read after the end', async () => {
    const folder = testFolder();
    const url = `${postgres.url}_dbos_dies`;
    await using worker = await supervised('dbos', [folder, url, 'worker']);
    await using other = await supervised('dbos', [folder, url, 'other']);
    const watched = other.ask({ ask: 'watch', runId: RUN });
    await worker.ask({ ask: 'start', runId: RUN, input: SLOWLY });
    const [call] = (await worker.ask({ ask: 'awaiting', runId: RUN })) as readonly { readonly id: string }[];
    await worker.ask({ ask: 'decide', runId: RUN, decision: { callId: call!.id, approve: true } });
    expect([await watched, worker.deaths]).toEqual([EXPECTED, 1]);
    expect(await other.ask({ ask: 'watch', runId: RUN })).toEqual(EXPECTED);
  }, 60_000);

  it('ends once and is read once if a second process resumes it while the first one is alive', async () => {
    const runId = 'two have it';
    const folder = testFolder();
    const url = `${postgres.url}_dbos_two`;
    await using first = await supervised('dbos', [folder, url, 'first']);
    await using second = await supervised('dbos', [folder, url, 'second']);
    const watched = second.ask({ ask: 'watch', runId });
    await first.ask({ ask: 'start', runId, input: SLOWLY });
    expect(await second.ask({ ask: 'resumeAll', executors: ['first'] })).toEqual([runId]);
    const [call] = (await first.ask({ ask: 'awaiting', runId })) as readonly { readonly id: string }[];
    await first.ask({ ask: 'decide', runId, decision: { callId: call!.id, approve: true } });
    const results = await Promise.all([first, second].map((one) => one.ask({ ask: 'result', runId })));
    expect(results[0]).toEqual(results[1]);
    expect(await watched).toMatchObject({ steps: EXPECTED.steps, missed: 0 });
    expect([keysOf(folder, runId, 'add').length, linesOf(folder, runId, 'pay').length]).toEqual([1, 1]);
    expect([first.deaths, second.deaths]).toEqual([0, 0]);
  }, 60_000);
});
