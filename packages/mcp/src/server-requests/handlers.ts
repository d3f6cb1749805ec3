import type { Client, ClientCapabilities } from '@modelcontextprotocol/client';
import type { McpOptions } from '../options.ts';
import { elicit } from './elicitation.ts';
import { Sampler } from './sampling.ts';

/** Returns the client capabilities for which the application set an option. The SDK refuses requests for other capabilities. */
export function capabilitiesFor({
  roots,
  sampling,
  onElicit,
}: Pick<McpOptions, 'roots' | 'sampling' | 'onElicit'>): ClientCapabilities {
  return {
    ...(roots === undefined ? {} : { roots: {} }),
    ...(sampling === undefined ? {} : { sampling: {} }),
    ...(onElicit === undefined ? {} : { elicitation: { form: {}, url: {} } }),
  };
}

/** Dependencies of the handlers for a server's requests, across its sessions. */
export class ServerRequests {
  readonly options: Pick<McpOptions, 'roots' | 'onElicit'>;
  readonly sampler: Sampler | undefined;
  /** Pauses the timeouts of calls. Returns a function that ends the pause. */
  readonly pause: () => () => void;

  constructor(options: McpOptions, pause: () => () => void) {
    const { sampling } = options;
    this.options = options;
    this.pause = pause;
    if (sampling !== undefined)
      this.sampler = new Sampler('model' in sampling ? sampling : { model: sampling });
  }
}

/** Registers the handlers for the server's requests. */
export function handleServerRequests(client: Client, { options, sampler, pause }: ServerRequests): void {
  const { roots, onElicit } = options;
  if (roots !== undefined)
    client.setRequestHandler('roots/list', () => ({ roots: roots.map((uri) => ({ uri })) }));
  if (sampler !== undefined)
    client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq }) =>
      withPause(pause, () => sampler.sample(params, mcpReq.signal)),
    );
  if (onElicit !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) =>
      withPause(pause, () => elicit(params, onElicit, mcpReq.signal)),
    );
}

async function withPause<T>(pause: () => () => void, work: () => Promise<T>): Promise<T> {
  const resume = pause();
  try {
    return await work();
  } finally {
    resume();
  }
}
