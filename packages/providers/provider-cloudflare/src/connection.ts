import { credentialSource } from '@majordomo/wire-kit';
import { runBound } from './binding.ts';
import type { CloudflareOptions } from './options.ts';
import { runRest } from './rest.ts';
import type { Run } from './run.ts';

/** Connection of one provider: the binding if it is set, otherwise REST. The vendor has no SDK. */
export interface Connection {
  /** Runs a model and returns the raw response. Throws for an error response. */
  run(run: Run): Promise<Response>;
}

/** Creates the connection that all models of a provider share. */
export function createConnection(options: CloudflareOptions, keyEnv: readonly string[]): Connection {
  const { binding } = options;
  if (binding !== undefined) return { run: (run) => runBound(binding, options, run) };
  const credentials = credentialSource(options.apiKey, keyEnv);
  return { run: (run) => runRest(options, credentials, run) };
}
