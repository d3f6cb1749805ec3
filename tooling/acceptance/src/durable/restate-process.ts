/** A worker of the scenario on Restate: serves at the port until it is killed. */
import { restateAgent } from '@majordomo/durable-restate';
import { serve } from '@restatedev/restate-sdk';
import { agentIn } from './scenario.ts';

const [folder = '', port] = process.argv.slice(2);
await serve({ services: [restateAgent('scenario', agentIn(folder))], port: Number(port) });
console.log('ready');
