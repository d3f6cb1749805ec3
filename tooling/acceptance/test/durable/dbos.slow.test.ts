import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { suiteFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectWhatIsPromised } from '../../src/durable/expected.ts';
import { dbosRun, operatedText } from '../../src/durable/operator.ts';
import { TESTED_POINTS } from '../../src/durable/scenario.ts';
import { supervised, type Supervised } from '../../src/durable/supervised.ts';

describeWith('postgres', 'a run on DBOS whose process is killed', () => {
  const folder = suiteFolder();
  let postgres: Postgres;
  let worker: Supervised;
  const start = (executor: string): Promise<Supervised> =>
    supervised('dbos', [folder, `${postgres.url}_dbos`, executor]);
  beforeAll(async () => {
    postgres = await startPostgres();
    worker = await start('a');
  }, 60_000);
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await postgres.stop();
  });

  it.each(TESTED_POINTS)(
    'the next process finishes %s with the promised effects',
    async (point) => {
      const runId = `run ${point}`;
      const { deaths } = worker;
      await worker.ask({ ask: 'start', runId });
      const [call] = (await worker.ask({ ask: 'awaiting', runId })) as readonly { readonly id: string }[];
      if (point === 'while it waits') await worker.kill();
      await worker.ask({ ask: 'decide', runId, decision: { callId: call!.id, approve: true } });
      if (point === 'after the decision') await worker.kill();
      expect(await operatedText(folder, runId, dbosRun(worker, runId))).toBe('Done.');
      expect(worker.deaths - deaths).toBe(1);
      expectWhatIsPromised(folder, runId, point);
    },
    30_000,
  );

  it('can be assigned to another executor manually', async () => {
    const runId = 'left behind';
    const dead = await start('dead');
    await dead.ask({ ask: 'start', runId });
    const [call] = (await dead.ask({ ask: 'awaiting', runId })) as readonly { readonly id: string }[];
    await dead[Symbol.asyncDispose]();
    expect(await worker.ask({ ask: 'resumeAll', executors: ['dead'] })).toEqual([runId]);
    expect(await worker.ask({ ask: 'resumeAll', executors: ['dead'] })).toEqual([]);
    await worker.ask({ ask: 'decide', runId, decision: { callId: call!.id, approve: true } });
    expect(await worker.ask({ ask: 'result', runId })).toMatchObject({ text: 'Done.' });
  }, 60_000);
});
