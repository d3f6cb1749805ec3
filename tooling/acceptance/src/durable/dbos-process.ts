/** A worker of the scenario on DBOS. Each line on stdin is something to do with a run; the answer is a line. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbosAgent, type Decision } from '@majordomo/durable-dbos';
import { linesIn } from '../stores/lines.ts';
import { agentIn } from './scenario.ts';

const [folder = '', systemDatabaseUrl = '', executorID = ''] = process.argv.slice(2);
const runs = dbosAgent('scenario', agentIn(folder));
DBOS.setConfig({
  name: 'scenario',
  systemDatabaseUrl,
  executorID,
  applicationVersion: '1',
  logLevel: 'error',
});
await DBOS.launch();
console.log('ready');

interface Question {
  readonly ask: string;
  readonly runId: string;
  readonly decision: Decision;
  readonly executors: readonly string[];
}

for await (const line of linesIn(process.stdin)) {
  const { ask, runId, decision, executors } = JSON.parse(line) as Question;
  const answers: Readonly<Record<string, () => Promise<unknown>>> = {
    start: () => runs.start(runId, 'go'),
    awaiting: () => runs.awaiting(runId),
    decide: () => runs.decide(runId, decision),
    result: () => runs.result(runId),
    resumeAll: () => runs.resumeAll(executors),
  };
  const answer = await answers[ask]?.();
  console.log(JSON.stringify({ answer: answer ?? null }));
}
