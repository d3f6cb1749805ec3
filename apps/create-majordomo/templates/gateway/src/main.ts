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
await using opened = openGateway(backends, env);

if (command === 'key') {
  // The secret is not stored and cannot be shown again.
  const { secret } = await opened.keys.create({ name: team, tenant: team });
  console.log(secret);
} else {
  const port = Number(env['PORT'] || DEFAULT_PORT);
  const served = await serve(opened.gateway, { port, host: env['HOST'] || '127.0.0.1' });
  console.log(`Serving ${Object.keys(backends.models).join(' and ')} at ${served.url}/v1`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await served.close();
}
