import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restateAgentClient } from '@majordomo/durable-restate';
import { describeWith, freePorts, startRestate, type Restate } from '@majordomo/services';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chaosOnRestate } from '../../src/durable/chaos-on-restate.ts';
import { expectWhatIsPromised } from '../../src/durable/expected.ts';
import { operatedText } from '../../src/durable/operator.ts';
import { runOf } from '../../src/durable/restate-run.ts';
import { TESTED_POINTS } from '../../src/durable/scenario.ts';
import { supervised, type Supervised } from '../../src/durable/supervised.ts';

describeWith('restate', 'a run on Restate whose process is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-restate-'));
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
    rmSync(folder, { recursive: true });
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
      expect(await operatedText(folder, runId, runOf(runs, runId))).toBe('Done.');
      expect(worker.deaths - deaths).toBe(1);
      expectWhatIsPromised(folder, runId, point);
    },
    30_000,
  );
});

describeWith('restate', 'runs on Restate whose worker is killed at random', () => {
  // Random kills run with SOAK=1, as in the nightly run, because the kill points above cover the same effects.
  it.runIf(process.env['SOAK'])(
    'all finish, and none of them pays twice',
    async () => {
      const {
        seconds: _,
        doubled: _allowed,
        ...outcome
      } = await chaosOnRestate({
        runs: 5,
        kills: 3,
        seed: 7,
      });
      expect(outcome).toEqual({ finished: 5, storedOnce: 5, paidTwice: 0, unpaid: 0 });
    },
    180_000,
  );
});
