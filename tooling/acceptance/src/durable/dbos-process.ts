/**
 * A worker of the scenario on DBOS. Each line on stdin is a command for a run. The worker answers with a line that contains the
 * id of the run.
 */
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { watchRun } from '@majordomo/agent/durable';
import { dbosAgent, dbosChannel, type Decision } from '@majordomo/durable-dbos';
import { watchResultOf } from './heard.ts';
import { agentIn } from './scenario.ts';

const [folder = '', systemDatabaseUrl = '', executorID = ''] = process.argv.slice(2);
const channel = dbosChannel();
const runs = dbosAgent('scenario', agentIn(folder), { channel });
DBOS.setConfig({
  name: 'scenario',
  systemDatabaseUrl,
  executorID,
  applicationVersion: '1',
  logLevel: 'error',
});
await DBOS.launch();
// A process that is killed would not store what it has compiled for the next one.
flushCompileCache();
console.log('ready');

interface Question {
  readonly id: number;
  readonly ask: string;
  readonly runId: string;
  readonly input?: string;
  readonly decision: Decision;
  readonly executors: readonly string[];
}

for await (const line of createInterface(process.stdin)) void answered(JSON.parse(line) as Question);

async function answered({ id, ask, runId, input = 'go', decision, executors }: Question): Promise<void> {
  const answers: Readonly<Record<string, () => Promise<unknown>>> = {
    start: () => runs.start(runId, input),
    awaiting: () => runs.awaiting(runId),
    decide: () => runs.decide(runId, decision),
    tryDecide: () =>
      runs.decide(runId, decision).then(
        () => true,
        () => false,
      ),
    result: () => runs.result(runId),
    watch: async () => watchResultOf(await watchRun(channel, runId)),
    resumeAll: () => runs.resumeAll(executors),
  };
  const answer = await answers[ask]?.();
  console.log(JSON.stringify({ id, answer: answer ?? null }));
}
