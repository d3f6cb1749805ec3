import { credentialSource } from '@majordomo/wire-kit';
import { runBound } from './binding.ts';
import type { CloudflareOptions } from './options.ts';
import { runRest } from './rest.ts';
import type { Run } from './run.ts';

/** The vendor as one provider reaches it: by the binding where there is one, else over REST. There is no SDK. */
export interface Connection {
  /** Runs a model and gives its raw answer; throws what was refused. */
  run(run: Run): Promise<Response>;
}

/** One connection for all models of a provider. */
export function createConnection(options: CloudflareOptions, keyEnv: readonly string[]): Connection {
  const { binding } = options;
  if (binding !== undefined) return { run: (run) => runBound(binding, options, run) };
  const credentials = credentialSource(options.apiKey, keyEnv);
  return { run: (run) => runRest(options, credentials, run) };
}
