import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { serve } from '@majordomo/gateway/node';
import { openGateway } from './gateway.ts';
import { backendsOf } from './models.ts';

if (existsSync('.env')) process.loadEnvFile();
const { env } = process;
const DEFAULT_PORT = 4141;
const [command, team = 'demo'] = process.argv.slice(2);
const backends = backendsOf(env);
const { gateway, keys, close } = openGateway(backends, env);

async function createKey(): Promise<void> {
  // The secret is not stored and cannot be shown again.
  const { secret } = await keys.create({ name: team, tenant: team });
  console.log(secret);
}

/** Serves until the process receives a signal. */
async function run(): Promise<void> {
  const port = Number(env['PORT'] || DEFAULT_PORT);
  const served = await serve(gateway, { port, host: env['HOST'] || '127.0.0.1' });
  console.log(`Serving ${Object.keys(backends.models).join(' and ')} at ${served.url}/v1`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await served.close();
}

try {
  await (command === 'key' ? createKey() : run());
} finally {
  await close();
}
