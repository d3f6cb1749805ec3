import { messageOf } from '@majordomo/core';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Failure,
  type Framing,
  listen,
  type Plan,
  planOf,
  send,
  type Split,
} from '@majordomo/testing/internal';
import { stepProblem } from '../script/step.ts';
import type { Step } from '../script/step.ts';
import type { ValidateOptions, Violation, Wire } from '../wires/wire.ts';
import { type Exchange, maskedHeaders, type OpenExchange, readBody } from './exchange.ts';
import { type PlanRequest, plan } from './plan.ts';

/**
 * Array with one step per request, or a function that receives a request and its number (from 0) and returns the step. A step is
 * a turn of `fakeProvider`, an `Answer` with parts, a `Failure` or a `Fault`.
 */
export type Script = readonly Step[] | ((exchange: Exchange, n: number) => Step | Promise<Step>);

/** Options of `startWireServer`. */
export interface WireServerOptions {
  /** Wire of the vendor, such as `openaiChat`. */
  readonly wire: Wire;
  /** Steps to play. If an array has no step for a request, the response has status 400 and the code `unscripted`. */
  readonly script: Script;
  /** Sizes of the writes into which bodies are split. `@default 'complete'` */
  readonly split?: Split | undefined;
  /** Line ends of streams, and whether they contain comments and pings. `@default` LF without comments and pings */
  readonly framing?: Framing | undefined;
  /** Time between two writes, in milliseconds. `@default 0` */
  readonly delayMs?: number | undefined;
  /** Whether requests that the vendor would reject receive status 400. An object sets options of the rules. `@default true` */
  readonly validate?: boolean | ValidateOptions | undefined;
}

/** Running server with its requests. Stop it with `close` or with `await using`. */
export interface WireServer {
  /** Origin of the server, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Value for the `baseURL` option of the vendor's SDK. */
  readonly baseURL: string;
  /** Received requests in the order of arrival. */
  readonly requests: readonly Exchange[];
  /** Number of open connections. */
  readonly connections: number;
  /** Waits until the request with the number `n` (from 0) has arrived, and returns it. */
  request(n: number): Promise<Exchange>;
  /**
   * Closes the server and its connections. Rejects if the script threw, or if one of its steps was invalid. The request for such
   * a step received status 500 with the same message.
   */
  close(): Promise<void>;
  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts an HTTP server on 127.0.0.1 that responds, rejects requests and fails as the vendor of the wire does. */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const requests: Exchange[] = [];
  const problems: string[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((incoming, response) => {
    response.socket?.setNoDelay(true);
    const arrive = (exchange: Exchange): number => {
      requests.push(exchange);
      for (const wake of waiting.splice(0)) wake();
      return requests.length - 1;
    };
    serve(options, incoming, response, { arrive, problems }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listening = await listen(server);
  const { url } = listening;
  const close = async (): Promise<void> => {
    await listening.close();
    const messages = problems.splice(0);
    if (messages.length > 0) throw new Error(messages.join('; '));
  };
  return {
    url,
    baseURL: options.wire.baseURL(url),
    requests,
    get connections() {
      return sockets.size;
    },
    async request(n) {
      for (;;) {
        const exchange = requests[n];
        if (exchange !== undefined) return exchange;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function serve(
  { wire, script, split = 'complete', framing, delayMs = 0, validate = true }: WireServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
  { arrive, problems }: { readonly arrive: (exchange: Exchange) => number; readonly problems: string[] },
): Promise<void> {
  const { exchange, operation } = await openExchange(wire, incoming, response, validate);
  const n = arrive(exchange);
  const refusal = operation === undefined ? rejectionOf(wire, exchange) : ruleFailure(exchange);
  let planned: Plan;
  try {
    planned =
      refusal === undefined
        ? plan(wire, await stepFor(script, exchange, n), { request: exchange.request, operation }, framing)
        : planOf(wire.failure(refusal));
  } catch (error) {
    const message = `the script of the ${wire.name} server: step ${n + 1} ${messageOf(error)}`;
    problems.push(message);
    planned = planOf(wire.failure({ failure: 'server', status: 500, code: 'script', message }));
  }
  await send(response, planned, { split, delayMs }, exchange);
}

/** Returns the step for a request. Throws for an invalid step. The error message is a predicate such as "has no text". */
async function stepFor(script: Script, exchange: Exchange, n: number): Promise<Step> {
  if (typeof script !== 'function' && n >= script.length) return unscriptedFailure(n);
  let step: unknown;
  try {
    step = typeof script === 'function' ? await script(exchange, n) : script[n];
  } catch (error) {
    throw new Error(`threw ${messageOf(error)}`, { cause: error });
  }
  const problem = stepProblem(step);
  if (problem !== undefined) throw new Error(problem);
  return step as Step;
}

async function openExchange(
  wire: Wire,
  incoming: IncomingMessage,
  response: ServerResponse,
  validate: boolean | ValidateOptions,
): Promise<{ readonly exchange: OpenExchange; readonly operation: PlanRequest['operation'] }> {
  const body = await readBody(incoming);
  const { method = '', url: path = '' } = incoming;
  const request = wire.read(path, body);
  const operation = operationOf(wire, method, path, body);
  const model = operation?.request.model ?? request.model;
  const rules = { model, ...(typeof validate === 'object' && validate) };
  const check = operation?.endpoint.validate ?? ((given: unknown) => wire.validate(given, rules));
  const checked = validate !== false && (operation !== undefined || wire.accepts(method, path));
  const exchange: OpenExchange = {
    at: performance.now(),
    method,
    path,
    headers: maskedHeaders(incoming.headers),
    body,
    request,
    operation: operation?.request,
    model,
    violations: checked ? check(body) : [],
    outcome: 'open',
    closedByClient: undefined,
    sent: 0,
    ended: new Promise((resolve) => response.once('close', resolve)),
  };
  response.once('close', () => {
    if (response.writableFinished) exchange.outcome = 'served';
    // `send` has set `broken` if the server closed the connection for a fault.
    else if (exchange.outcome === 'open') {
      exchange.outcome = 'left';
      exchange.closedByClient = performance.now();
    }
  });
  return { exchange, operation };
}

/** Returns the endpoint and contents of a request that can be for an operation other than chat; otherwise `undefined`. */
function operationOf(wire: Wire, method: string, path: string, body: unknown): PlanRequest['operation'] {
  const endpoint = wire.operations?.find((each) => each.accepts(method, path, body));
  if (endpoint === undefined) return undefined;
  // An endpoint without its own rules has the path of chat, such as transcription by Gemini's generateContent.
  const canBeChat = endpoint.validate === undefined && wire.accepts(method, path);
  return { endpoint, request: endpoint.read(path, body), canBeChat };
}

/** Returns the failure for an unknown path or a body that violates a rule; `undefined` if the wire accepts the request. */
function rejectionOf(wire: Wire, exchange: Exchange): Failure | undefined {
  const { method, path } = exchange;
  if (!wire.accepts(method, path)) {
    return { failure: 'not-found', message: `no such endpoint: ${method} ${path} (${wire.name})` };
  }
  return ruleFailure(exchange);
}

function ruleFailure({ violations: [first] }: Exchange): Failure | undefined {
  if (first === undefined) return undefined;
  return {
    failure: 'invalid',
    code: first.rule,
    message: `${describeViolation(first)} [rule ${first.rule}]`,
  };
}

const describeViolation = ({ path, message }: Violation): string =>
  path === '' ? message : `${path}: ${message}`;

const unscriptedFailure = (n: number): Failure => ({
  failure: 'invalid',
  code: 'unscripted',
  message: `the script has no step for request ${n + 1}; add a step`,
});
