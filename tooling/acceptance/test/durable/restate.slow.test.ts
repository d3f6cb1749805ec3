import { restateAgentClient } from '@majordomo/durable-restate';
import { describeWith, freePorts, startRestate, type Restate } from '@majordomo/services';
import { suiteFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectWhatIsPromised } from '../../src/durable/expected.ts';
import { operatedText, restateRun } from '../../src/durable/operator.ts';
import { TESTED_POINTS } from '../../src/durable/scenario.ts';
import { supervised, type Supervised } from '../../src/durable/supervised.ts';

describeWith('restate', 'a run on Restate whose process is killed', () => {
  const folder = suiteFolder();
  let restate: Restate;
  let worker: Supervised;
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    [restate, worker] = await Promise.all([startRestate(), supervised('restate', [folder, `${port}`])]);
    await restate.register(`http://127.0.0.1:${port}`);
  }, 60_000);
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await restate.stop();
  });

  it.each(TESTED_POINTS)(
    'the next process finishes %s with the promised effects',
    async (point) => {
      const runs = restateAgentClient('scenario', { ingress: restate.ingress });
      const runId = `run ${point}`;
      const { deaths } = worker;
      await runs.start(runId, 'go');
      const [call] = await runs.awaiting(runId);
      if (point === 'while it waits') await worker.kill();
      await runs.decide(runId, { callId: call!.id, approve: true });
      if (point === 'after the decision') await worker.kill();
      expect(await operatedText(folder, runId, restateRun(runs, runId))).toBe('Done.');
      expect(worker.deaths - deaths).toBe(1);
      expectWhatIsPromised(folder, runId, point);
    },
    30_000,
  );
});
