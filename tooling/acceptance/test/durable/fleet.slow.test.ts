import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restateAgentClient, type RestateAgentClient } from '@majordomo/durable-restate';
import { describeWith, freePorts, startRestate, type Restate } from '@majordomo/services';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { balancerBefore, type Balancer } from '../../src/durable/balancer.ts';
import { expectWhatIsPromised } from '../../src/durable/expected.ts';
import { keysOf, linesOf, SLOWLY } from '../../src/durable/scenario.ts';

/** Starts a worker and waits until it serves. The worker is not restarted after its end. */
async function startWorker(folder: string, port: number): Promise<ChildProcess> {
  const script = new URL('../../src/durable/restate-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, folder, `${port}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('ready')) resolve();
    });
  });
  await Promise.race([ready, once(child, 'exit').then(() => Promise.reject(new Error('no worker')))]);
  return child;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

describeWith('restate', 'a run on Restate with two workers behind one address', () => {
  let folder: string;
  let ports: readonly [number, number];
  let restate: Restate;
  let workers: readonly ChildProcess[];
  let balancer: Balancer;
  let runs: RestateAgentClient;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'majordomo-fleet-'));
    const [first = 0, second = 0] = await freePorts(2);
    ports = [first, second];
    [restate, balancer, ...workers] = await Promise.all([
      startRestate(),
      balancerBefore(ports),
      ...ports.map((port) => startWorker(folder, port)),
    ]);
    await restate.register(`http://127.0.0.1:${balancer.port}`);
    runs = restateAgentClient('scenario', { ingress: restate.ingress });
  }, 60_000);
  afterEach(async () => {
    for (const worker of workers.filter(isAlive)) {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    await balancer[Symbol.asyncDispose]();
    await restate.stop();
    rmSync(folder, { recursive: true });
  });
  const approveAndFinish = async (runId: string): Promise<string> => {
    const [call] = await runs.awaiting(runId);
    await runs.decide(runId, { callId: call!.id, approve: true });
    return (await runs.result(runId)).text;
  };

  it('is finished by the remaining worker if the other one is killed during a step', async () => {
    const runId = 'run after add';
    await runs.start(runId, 'go');
    expect(await approveAndFinish(runId)).toBe('Done.');
    expect(workers.map(isAlive)).toEqual([false, true]);
    expectWhatIsPromised(folder, runId, 'after add');
  }, 30_000);

  it('continues on the other worker if one is disconnected, and records no late effects of that one', async () => {
    const runId = 'run of two';
    await runs.start(runId, SLOWLY);
    await expect.poll(() => linesOf(folder, runId, 'ask').length).toBe(1);
    balancer.cutOff(ports[0]);
    expect(await approveAndFinish(runId)).toBe('Done.');
    expect(workers.map(isAlive)).toEqual([true, true]);
    expect(balancer.taken(ports[1])).toBeGreaterThan(0);
    expect(keysOf(folder, runId, 'add')).toHaveLength(1);
    expect(linesOf(folder, runId, 'pay')).toHaveLength(1);
    // Each answer is in the transcript once, however often it was requested.
    const { messages } = await runs.result(runId);
    expect(messages.filter(({ role }) => role === 'assistant')).toHaveLength(3);
  }, 30_000);
});
