import { LlmError, type JsonObject, type JsonValue } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { Client, ClientCapabilities, ElicitRequestParams } from '@modelcontextprotocol/client';
import { APP_TYPE, APPS_EXTENSION } from '../tool-app.ts';
import type { McpQuestion } from '../options.ts';
import type { OwnedOptions } from '../entry.ts';
import { elicit, questionOf } from './elicitation.ts';
import { FORWARDED } from '../forwarding.ts';
import { Sampler } from './sampling.ts';

type Options = Pick<
  OwnedOptions,
  'name' | 'place' | 'roots' | 'sampling' | 'onElicit' | 'protocol' | 'suspend' | 'apps' | 'forward'
>;

/** Extension of 2026 for tasks (SEP-2663). */
const TASKS = 'io.modelcontextprotocol/tasks';

/** Returns the client capabilities for which the application set an option. The SDK refuses requests for other capabilities. */
export function capabilitiesFor(options: Omit<Options, 'name' | 'place'>): ClientCapabilities {
  const { roots, sampling, onElicit, protocol, suspend = [], apps = false, forward } = options;
  const canElicit = onElicit !== undefined || suspend.includes('elicitation');
  const extensions = {
    ...(protocol !== '2025' && { [TASKS]: {} }),
    ...(apps && { [APPS_EXTENSION]: { mimeTypes: [APP_TYPE] } }),
  };
  return {
    ...(roots === undefined ? {} : { roots: {} }),
    ...(sampling === undefined ? {} : { sampling: {} }),
    ...(canElicit ? { elicitation: { form: {}, url: {} } } : {}),
    ...(Object.keys(extensions).length > 0 && { extensions }),
    ...forward?.capabilities,
  };
}

/** Questions to the user, and replies to the server's other requests. */
export interface PendingInput {
  readonly questions: Readonly<Record<string, McpQuestion>>;
  readonly replies: JsonObject;
}

/** Replies to a server's requests. All sessions with the server share this object. */
export class ServerRequests {
  readonly options: Options;
  readonly sampler: Sampler | undefined;
  /** Pauses the idle timeouts of calls. Returns a function that ends the pause. */
  readonly pause: () => () => void;

  constructor(options: OwnedOptions, pause: () => () => void) {
    const { sampling } = options;
    this.options = options;
    this.pause = pause;
    if (sampling !== undefined)
      this.sampler = new Sampler('model' in sampling ? sampling : { model: sampling });
  }

  /** Replies to the requests in a result, as in protocol 2026. If `suspend` contains `elicitation`, returns the questions to the user unanswered. */
  async reply(requests: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<PendingInput> {
    const questions: Record<string, McpQuestion> = {};
    const replies: Record<string, JsonValue> = {};
    for (const [key, request] of Object.entries(requests)) {
      const { method, params } = asRecord(request);
      if (method === 'elicitation/create' && this.options.suspend?.includes('elicitation') === true)
        questions[key] = questionOf(params as ElicitRequestParams, this.options);
      else replies[key] = (await this.replyTo(method, params, signal)) as JsonValue;
    }
    return { questions, replies };
  }

  private replyTo(method: unknown, params: unknown, signal: AbortSignal): Promise<unknown> {
    const { sampler, pause, options } = this;
    const { roots, onElicit, forward } = options;
    const isForwarded = Object.values<unknown>(FORWARDED).includes(method);
    if (forward !== undefined && isForwarded)
      return withPause(pause, () => forward.request(String(method), params, signal));
    if (method === 'elicitation/create' && onElicit !== undefined)
      return withPause(pause, () => elicit(params as ElicitRequestParams, options, onElicit, signal));
    if (method === 'sampling/createMessage' && sampler !== undefined)
      return withPause(pause, () => sampler.sample(params as never, signal));
    if (method === 'roots/list' && roots !== undefined) return Promise.resolve(rootsResult(roots));
    const message = `the server requested ${String(method)}, which this client does not offer`;
    return Promise.reject(new LlmError('unsupported', message));
  }
}

/** Registers the handlers for the requests that the server sends over the session, as in protocol 2025. */
export function handleServerRequests(client: Client, { options, sampler, pause }: ServerRequests): void {
  const { roots, onElicit, suspend = [], forward } = options;
  if (forward !== undefined) {
    for (const [capability, method] of Object.entries(FORWARDED)) {
      if (forward.capabilities[capability as keyof typeof FORWARDED] === undefined) continue;
      client.setRequestHandler(method, ({ params }, { mcpReq }) =>
        withPause(pause, async () => (await forward.request(method, params, mcpReq.signal)) as never),
      );
    }
    client.fallbackNotificationHandler = (notice) => {
      forward.notification(notice);
      return Promise.resolve();
    };
    return;
  }
  if (roots !== undefined) client.setRequestHandler('roots/list', () => rootsResult(roots));
  if (sampler !== undefined)
    client.setRequestHandler('sampling/createMessage', ({ params }, { mcpReq }) =>
      withPause(pause, () => sampler.sample(params, mcpReq.signal)),
    );
  if (onElicit !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) =>
      withPause(pause, () => elicit(params, options, onElicit, mcpReq.signal)),
    );
  else if (suspend.includes('elicitation'))
    // A question is an open request, which ends with the process. The run therefore cannot pause for it.
    client.setRequestHandler('elicitation/create', () => ({ action: 'cancel' as const }));
}

const rootsResult = (roots: readonly string[]): { roots: { uri: string }[] } => ({
  roots: roots.map((uri) => ({ uri })),
});

/** Runs work during which the time limits of calls are paused, such as a wait for a user. */
export async function withPause<T>(pause: () => () => void, work: () => Promise<T>): Promise<T> {
  const resume = pause();
  try {
    return await work();
  } finally {
    resume();
  }
}
