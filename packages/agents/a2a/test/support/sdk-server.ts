import { Role, TaskState, type AgentCard, type Part } from '@a2a-js/sdk';
import {
  AgentEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  UnauthenticatedUser,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, restHandler } from '@a2a-js/sdk/server/express';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { newMessage, statusOf, textPart } from '../../src/messages.ts';

/** Request of a client to the server. */
export interface SeenRequest {
  readonly path: string;
  readonly method: string;
  readonly authorization: string | undefined;
}

/** Server of the SDK with `DefaultRequestHandler`. */
export interface SdkServer extends AsyncDisposable {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Texts of the messages that the agent received. */
  readonly texts: string[];
  readonly canceled: string[];
  /** Ends all connections, and keeps listening. */
  cut(): void;
}

/** Options of `sdkServer`. */
export interface SdkServerOptions {
  readonly card?: (origin: string) => Partial<AgentCard>;
  readonly streaming?: boolean;
  /** Whether the server has a card of A2A 0.2 and messages of 0.3, as Strands Agents 1.19 does. */
  readonly isLegacy?: boolean;
  /** Status of the next responses to requests that are not for the card, instead of an answer. */
  readonly statuses?: number[];
}

/** Events that the agent of a test publishes. `text`: text of the message. */
export type Script = (agent: ScriptedTask, text: string) => void | Promise<void>;

/** Task of a scripted agent. */
export class ScriptedTask {
  private readonly bus: ExecutionEventBus;
  readonly request: RequestContext;

  constructor(request: RequestContext, bus: ExecutionEventBus) {
    this.request = request;
    this.bus = bus;
  }

  begin(): void {
    const { taskId: id, contextId } = this.request;
    const status = statusOf(TaskState.TASK_STATE_WORKING, Date.now(), this.request, undefined);
    this.bus.publish(AgentEvent.task({ id, contextId, status, artifacts: [], history: [], metadata: {} }));
  }

  say(text: string): void {
    const { taskId, contextId } = this.request;
    this.bus.publish(
      AgentEvent.message(newMessage(Role.ROLE_AGENT, [textPart(text)], { taskId, contextId })),
    );
  }

  artifact(artifactId: string, parts: Part[], append = false): void {
    const { taskId, contextId } = this.request;
    const artifact = { artifactId, name: '', description: '', parts, metadata: undefined, extensions: [] };
    this.bus.publish(
      AgentEvent.artifactUpdate({
        taskId,
        contextId,
        artifact,
        append,
        lastChunk: false,
        metadata: undefined,
      }),
    );
  }

  end(state: TaskState, text?: string): void {
    const { taskId, contextId } = this.request;
    const status = statusOf(
      state,
      Date.now(),
      this.request,
      text === undefined ? undefined : [textPart(text)],
    );
    this.bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined }));
  }
}

export async function sdkServer(script: Script, options: SdkServerOptions = {}): Promise<SdkServer> {
  const { streaming = true, statuses = [], isLegacy = false } = options;
  const texts: string[] = [];
  const canceled: string[] = [];
  const seen: SeenRequest[] = [];
  const executor: AgentExecutor = {
    execute: async (request, bus) => {
      const [part] = request.userMessage.parts;
      const text = part?.content?.$case === 'text' ? part.content.value : '';
      texts.push(text);
      await script(new ScriptedTask(request, bus), text);
    },
    cancelTask: (taskId, bus) => {
      canceled.push(taskId);
      const status = statusOf(
        TaskState.TASK_STATE_CANCELED,
        Date.now(),
        { taskId, contextId: '' },
        undefined,
      );
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId: '', status, metadata: undefined }));
      return Promise.resolve();
    },
  };
  const app = express();
  app.use((request, response, next) => {
    const { path, method } = request;
    seen.push({ path, method, authorization: request.headers.authorization });
    const status = path.startsWith('/.well-known') ? undefined : statuses.shift();
    if (status === undefined) next();
    else response.status(status).end();
  });
  const http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const card: AgentCard = {
    name: 'Billing',
    description: 'Knows bills',
    version: '1.0.0',
    supportedInterfaces: [
      {
        url: `${origin}/rpc`,
        protocolBinding: 'JSONRPC',
        protocolVersion: isLegacy ? '0.3' : '1.0',
        tenant: '',
      },
    ],
    capabilities: { streaming, pushNotifications: false, extensions: [] },
    provider: undefined,
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
    ...options.card?.(origin),
  };
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
  const userBuilder = () => Promise.resolve(new UnauthenticatedUser());
  if (isLegacy) app.get('/.well-known/agent-card.json', (_, response) => response.json(legacyCard(origin)));
  app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }));
  app.use('/rpc', jsonRpcHandler({ requestHandler, userBuilder, legacyCompat: { enabled: isLegacy } }));
  app.use('/rest', restHandler({ requestHandler, userBuilder }));
  return {
    origin,
    seen,
    texts,
    canceled,
    cut: () => {
      http.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

const legacyCard = (origin: string): object => ({
  name: 'Billing',
  description: 'Knows bills',
  version: '0.0.1',
  protocolVersion: '0.2.0',
  url: `${origin}/rpc`,
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [],
  capabilities: { streaming: true },
});
