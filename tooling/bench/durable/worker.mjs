// A worker of an engine that the benchmark kills: `worker.mjs restate PORT`, `worker.mjs dbos URL`. The arguments `ID QUESTION`
// start a run.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbosAgent } from '@majordomo/durable-dbos';
import { restateAgent } from '@majordomo/durable-restate';
import { serve } from '@restatedev/restate-sdk';
import { turningAgent } from './agent.mjs';

const [engine, where, id, input] = process.argv.slice(2);
if (engine === 'restate') {
  await serve({ services: [restateAgent('turns', turningAgent())], port: Number(where) });
} else {
  const runs = dbosAgent('turns', turningAgent());
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: where,
    executorID: 'worker',
    applicationVersion: '1',
    logLevel: 'error',
  });
  await DBOS.launch();
  if (id !== undefined) await runs.start(id, input);
}
console.log('ready');
