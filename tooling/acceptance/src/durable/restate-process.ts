/**
 * A worker of the scenario on Restate. Serves at the port until it is killed, and publishes the events of its runs on Redis if
 * an address is given.
 */
import { flushCompileCache } from 'node:module';
import { restateAgent } from '@majordomo/durable-restate';
import { redisStores } from '@majordomo/store-redis';
import { serve } from '@restatedev/restate-sdk';
import { Redis } from 'ioredis';
import { agentIn } from './scenario.ts';

const [folder = '', port, redis] = process.argv.slice(2);
const channel = redis === undefined ? undefined : redisStores({ client: new Redis(redis) }).channel;
await serve({ services: [restateAgent('scenario', agentIn(folder), { channel })], port: Number(port) });
// A process that is killed would not store what it has compiled for the next one.
flushCompileCache();
console.log('ready');
