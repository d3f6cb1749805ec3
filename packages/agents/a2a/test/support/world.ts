import {
  Role,
  type Message,
  type Part,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
} from '@a2a-js/sdk';
import {
  ClientFactory,
  JsonRpcTransportFactory,
  DefaultAgentCardResolver,
  type Client,
} from '@a2a-js/sdk/client';
import { createAgent, type Tool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider, type FakeCall, type Turn } from '@majordomo/testing';
import { dataPart, newMessage, textPart } from '../../src/messages.ts';
import type { A2aServer, ServeA2aOptions } from '../../src/serve/options.ts';
import { newServer } from '../../src/serve/serve-a2a.ts';
import type { PushIo } from '../../src/serve/push.ts';
import type { FetchServer } from '@majordomo/test-support/fetch-server';
import { listen } from './listen.ts';

export const CARD = { name: 'Support', description: 'Answers questions', version: '1.0.0' };

/** Callers by their tokens. */
const USERS: ReadonlyMap<string | null, string> = new Map([
  ['Bearer token-a', 'a'],
  ['Bearer token-b', 'b'],
]);

export const authorize: ServeA2aOptions['authorize'] = ({ headers }) => {
  const user = USERS.get(headers.get('authorization'));
  return user === undefined ? undefined : { user };
};

/** Served agent, whose model answers with a script. */
export interface World extends AsyncDisposable {
  readonly server: A2aServer;
  readonly http: FetchServer;
  readonly requests: readonly FakeCall[];
  readonly errors: readonly unknown[];
  /** Returns the SDK's client of a caller. */
  client(user?: 'a' | 'b' | 'nobody'): Promise<Client>;
}

const NO_HOSTS: Pick<PushIo, 'resolve' | 'fetchAt'> = {
  resolve: () => Promise.resolve([]),
  fetchAt: () => globalThis.fetch,
};

export async function world(
  turns: readonly Turn[],
  options: Partial<ServeA2aOptions> = {},
  tools: readonly Tool[] = [],
  hosts: Pick<PushIo, 'resolve' | 'fetchAt'> = NO_HOSTS,
): Promise<World> {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  const agent = createAgent({ model, tools });
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const servers: A2aServer[] = [];
  const http = await listen((origin) => {
    const server = newServer(
      { agent, card: CARD, authorize, onError, url: `${origin}/a2a`, ...options },
      hosts,
    );
    servers.push(server);
    return (request) => server.fetch(request);
  });
  const [server] = servers as [A2aServer];
  return {
    server,
    http,
    errors,
    requests: fake.requests,
    client: (user = 'a') => clientOf(http.origin, user),
    async [Symbol.asyncDispose]() {
      await server.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** Returns the SDK's client of a caller. */
export function clientOf(origin: string, user: string): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer token-${user}`);
    return fetch(input, { ...init, headers });
  };
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  });
  return factory.createFromUrl(origin);
}

/** Returns a request with a message. */
export function request(
  content: string | readonly Part[],
  ids: { readonly taskId?: string; readonly contextId?: string } = {},
  configuration: Partial<NonNullable<SendMessageRequest['configuration']>> = {},
): SendMessageRequest {
  const parts = typeof content === 'string' ? [textPart(content)] : [...content];
  return {
    tenant: '',
    message: newMessage(Role.ROLE_USER, parts, ids),
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately: false,
      ...configuration,
    },
    metadata: undefined,
  };
}

export const decisionsPart = (...decisions: readonly object[]): Part => dataPart({ decisions });

export const asTask = (result: Message | Task): Task => {
  if (!('status' in result)) throw new Error('expected a task');
  return result;
};

export const stateOf = ({ status }: Pick<Task, 'status'>): number | undefined => status?.state;

/** Returns the text of the status message. */
export const statusText = ({ status }: Pick<Task, 'status'>): string => textOf(status?.message?.parts ?? []);

export const answerOf = ({ artifacts }: Task): string => textOf(artifacts[0]?.parts ?? []);

const textOf = (parts: readonly Part[]): string =>
  parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');

export async function collect(events: AsyncIterable<StreamResponse>): Promise<readonly StreamResponse[]> {
  const collected: StreamResponse[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}
