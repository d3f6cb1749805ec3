import { messageOf } from '@majordomo/core';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { stepProblem } from '../script/check.ts';
import type { Step } from '../script/step.ts';
import type { Failure } from '../wires/failure.ts';
import type { Framing, ValidateOptions, Violation, Wire } from '../wires/wire.ts';
import { type Exchange, maskedHeaders, type OpenExchange, readBody } from './exchange.ts';
import { type PlanRequest, plan, type Plan, planOf } from './plan.ts';
import { send } from './send.ts';
import type { Split } from './split.ts';

/**
 * A queue of steps, one per request, or a function of the request and its number (from 0). A step is a turn as `fakeProvider`
 * plays it, or in the wire's own terms an `Answer` in parts, a `Failure` or a `Fault`.
 */
export type Script = readonly Step[] | ((exchange: Exchange, n: number) => Step | Promise<Step>);

/** Which wire a server speaks, what it plays, and how it writes. */
export interface WireServerOptions {
  /** How the vendor answers, fails and refuses. */
  readonly wire: Wire;
  /** A request beyond the queue is refused with 400 and a message that says so. */
  readonly script: Script;
  /** Default `whole`. */
  readonly split?: Split | undefined;
  /** Line ends, comments and pings. Default: LF and none. */
  readonly framing?: Framing | undefined;
  /** Between two writes, in ms. Default 0. */
  readonly delayMs?: number | undefined;
  /** Refuse with 400 what the vendor would refuse. Default true. */
  readonly validate?: boolean | ValidateOptions | undefined;
}

/** A server that listens, and what it has seen. Ends with `close` or at the end of an `await using` block. */
export interface WireServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** What the vendor's SDK takes as its base URL. */
  readonly baseURL: string;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly Exchange[];
  /** Connections that are open now. */
  readonly connections: number;
  /** The nth request (from 0), once it has arrived. */
  request(n: number): Promise<Exchange>;
  /**
   * Closes every connection. Rejects with what was wrong with the script, if anything was: a function that threw or gave
   * nothing, a step of no known form. The request itself was answered 500 with the same words.
   */
  close(): Promise<void>;
  /** `close`, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A real HTTP server on 127.0.0.1 that answers, fails and breaks as a wire's vendor does. */
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // An idle connection that the server closes may be the one that a client is about to use.
  server.keepAliveTimeout = 0;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    server.closeAllConnections();
    await closed;
    const told = problems.splice(0);
    if (told.length > 0) throw new Error(told.join('; '));
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

/** Throws what is wrong with the step, in words that go behind its number. */
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
    else if (exchange.outcome === 'open') {
      exchange.outcome = 'left';
      exchange.closedByClient = performance.now();
    }
  });
  return { exchange, operation };
}

/** The endpoint that a request is for, if it is not for chats alone. */
function operationOf(wire: Wire, method: string, path: string, body: unknown): PlanRequest['operation'] {
  const endpoint = wire.operations?.find((each) => each.accepts(method, path, body));
  if (endpoint === undefined) return undefined;
  const isChat = endpoint.validate === undefined && wire.accepts(method, path);
  return { endpoint, request: endpoint.read(path, body), isChat };
}

/** What the vendor says to a wrong path or a body against its rules. */
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
  message: `request ${n + 1} came, and the script has only ${n} steps`,
});
