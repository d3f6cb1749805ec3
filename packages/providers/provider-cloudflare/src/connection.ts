import type { LlmError } from '@majordomo/core';
import { credentialSource, secretsIn, ServerSession, type ErrorContext } from '@majordomo/wire-kit';
import { BoundModels } from './binding.ts';
import { toLlmError } from './errors.ts';
import type { AiBinding, CloudflareOptions } from './options.ts';
import { connectRest } from './rest.ts';
import type { ConnectRun, Run, SendRun } from './run.ts';

/** Connection of one provider: the binding if it is set, otherwise REST. The vendor has no SDK. */
export interface Connection {
  /** Opens a session, which sends the requests of one attempt and converts their errors. */
  readonly open: (about: Pick<ErrorContext, 'target' | 'request'>) => RunSession;
}

/** Requests of one attempt, and their errors. */
export class RunSession extends ServerSession<SendRun, Run> {
  /** Runs a model and returns the raw response. Throws for an error response. `client` determines the credential. */
  async run(run: Run): Promise<Response> {
    const send = await this.client(run);
    return send(this);
  }

  /** Converts any failure of the attempt to an `LlmError` without secrets. */
  toLlmError(error: unknown): LlmError {
    return toLlmError(error, this);
  }
}

/** Creates the connection that all models of a provider share. */
export function createConnection(options: CloudflareOptions, keyEnv: readonly string[]): Connection {
  const connect =
    options.binding === undefined
      ? connectRest(options, credentialSource(options.apiKey, keyEnv))
      : connectBinding(options.binding, options);
  return { open: (about) => new RunSession(connect, about) };
}

function connectBinding(binding: AiBinding, options: CloudflareOptions): ConnectRun {
  const models = new BoundModels(binding, options);
  const secrets = secretsIn(options.headers);
  // A binding has no client that could be reused, so each run calls the model directly.
  return (run) => Promise.resolve({ secrets, client: () => () => models.run(run) });
}
