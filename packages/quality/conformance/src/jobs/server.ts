import { systemClock, type Clock } from '@majordomo/core';
import { asList, asRecord, sseEvent, tryParseJson } from '@majordomo/core/toolkit';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  hasCredential,
  type ReadRequest,
  readRequest,
  type ScriptedFault,
  sendFault,
  vendorServer,
  type VendorServer,
} from '../server/vendor-server.ts';
import type { JobFault, JobPlan, JobRequest, JobStep, ServerJob } from './contract.ts';
import { openaiChat } from '../wires/openai-chat/wire.ts';
import { StoredJob } from './stored-job.ts';

/** Options of `startJobServer`. */
export interface JobServerOptions {
  /** Clock by which jobs without `store` are deleted. `@default` the system clock */
  readonly clock?: Clock | undefined;
  /** Returns the work of a job, by its request and its number from 0. `@default` an answer */
  readonly plan?: ((request: JobRequest, number: number) => JobPlan | string) | undefined;
  /** Called before a request is processed. A request for which it returns `drop` or `status` is not processed. */
  readonly before?: ((request: JobRequest) => JobFault | undefined) | undefined;
  /**
   * Called after a request is processed, before its response is sent. A returned fault replaces the response. Not called if
   * `before` has returned a fault.
   */
  readonly after?: ((request: JobRequest) => JobFault | undefined) | undefined;
}

/** Running server. Stop it with `close` or with `await using`. For Azure, the base URL is `url` with `/openai/v1`. */
export interface JobServer extends VendorServer {
  /** Received requests in the order of arrival. */
  readonly requests: readonly JobRequest[];
  /** Jobs in the order of their creation. */
  readonly jobs: readonly ServerJob[];
}

/** JSON response, or the stream of a job's events. */
type Reply =
  | { readonly status: number; readonly json: object | undefined }
  | { readonly job: StoredJob; readonly after: number; readonly include: readonly string[] };

/**
 * Starts an HTTP server on 127.0.0.1 with the job APIs of OpenAI (also Azure) and xAI, and with the rules of the vendors. A job is
 * streamed only if it was created with a stream. `GET` contains encrypted reasoning only if it repeats `include`. A job without
 * `store` is deleted 10 minutes after its end. The result of a deferred completion can be requested once.
 */
export async function startJobServer(options: JobServerOptions = {}): Promise<JobServer> {
  const { clock = systemClock, plan = () => ({}), before, after } = options;
  const jobs: StoredJob[] = [];
  const requests: JobRequest[] = [];
  const create = (request: JobRequest): StoredJob => {
    const planned = plan(request, jobs.length);
    const work = typeof planned === 'string' ? { answer: planned } : planned;
    const job = new StoredJob(jobs.length + 1, asRecord(request.body), work, clock);
    jobs.push(job);
    return job;
  };
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await jobRequest(incoming);
    requests.push(request);
    const early = before?.(request);
    if (isRefusal(early)) {
      sendFault(response, early);
      return;
    }
    const reply = hasCredential(incoming) ? replyTo(request, jobs, create) : failure(401, 'no credential');
    const late = early ?? after?.(request);
    if (isRefusal(late)) sendFault(response, late);
    else await send(response, reply, late?.cutAfter ?? Infinity);
  }
  const server = await vendorServer(serve);
  const close = async (): Promise<void> => {
    const closed = server.close();
    // Streams that wait for `release` then find that their connection is closed.
    for (const job of jobs) job.wake();
    await closed;
  };
  return { ...server, requests, jobs, close, [Symbol.asyncDispose]: close };
}

const isRefusal = (fault: JobFault | undefined): fault is ScriptedFault =>
  fault !== undefined && (fault === 'drop' || 'status' in fault);

const failure = (status: number, message: string): Reply => ({
  status,
  json: { error: { message, type: 'invalid_request_error', code: null, param: null } },
});

async function jobRequest(incoming: IncomingMessage): Promise<JobRequest> {
  const { bytes, ...request } = await readRequest(incoming);
  const body = tryParseJson(bytes.toString('utf8'));
  return { ...request, step: stepOf(request, asRecord(body)), body };
}

function stepOf({ method, path, query }: Omit<ReadRequest, 'bytes'>, body: object): JobStep {
  if (method === 'DELETE') return 'remove';
  if (path.endsWith('/cancel')) return 'cancel';
  if (method === 'GET') return query.get('stream') === 'true' ? 'stream' : 'look';
  return 'background' in body || 'deferred' in body ? 'start' : 'live';
}

/** Processes a request. */
function replyTo(
  request: JobRequest,
  jobs: readonly StoredJob[],
  create: (request: JobRequest) => StoredJob,
): Reply {
  const { step, method, path, query } = request;
  const include = [...query.getAll('include[]'), ...query.getAll('include')];
  if (method === 'POST' && path === '/v1/responses') return started(request, create(request));
  if (method === 'POST' && path === '/v1/chat/completions')
    return { status: 200, json: { request_id: create(request).id } };
  const id = /^\/v1\/(?:responses|chat\/deferred-completion)\/([^/]+)/.exec(path)?.[1];
  const job = jobs.find((each) => each.id === id && !each.isDeleted);
  if (job === undefined) return failure(404, `Response with id '${String(id)}' not found.`);
  if (path.startsWith('/v1/chat/')) return deferred(job);
  if (step === 'remove') {
    job.isRemoved = true;
    return { status: 200, json: { id, object: 'response.deleted', deleted: true } };
  }
  if (step === 'cancel') {
    if (job.body['background'] !== true) return failure(400, 'Cannot cancel a synchronous response.');
    job.cancel();
  }
  if (step !== 'stream') {
    if (step === 'look') job.looks++;
    return { status: 200, json: job.object(include) };
  }
  if (job.body['stream'] !== true) return failure(400, 'Streaming is not enabled for this response.');
  const after = query.get('starting_after');
  if (after === null) job.reads++;
  return { job, after: after === null ? -1 : Number(after), include };
}

/** Returns the response to the request that has created a job, or to a live call. */
function started({ body, step }: JobRequest, job: StoredJob): Reply {
  const include = asList(asRecord(body)['include']).map(String);
  if (asRecord(body)['stream'] === true) return { job, after: -1, include };
  // A live call waits for its answer, so it finds the job completed.
  if (step === 'live') job.looks = Infinity;
  return { status: 200, json: job.object(include) };
}

function deferred(job: StoredJob): Reply {
  if (job.isTaken) return failure(404, 'Deferred completion not found.');
  job.looks++;
  if (job.status === 'queued' || job.status === 'in_progress') return { status: 202, json: undefined };
  job.isTaken = true;
  const { fails } = job.plan;
  if (typeof fails === 'object') return failure(500, fails.message);
  const { body } = openaiChat.complete(job.answer, job.request);
  return { status: 200, json: asRecord(tryParseJson(body)) };
}

async function send(response: ServerResponse, reply: Reply, cutAfter: number): Promise<void> {
  if ('status' in reply) {
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(reply.json === undefined ? '' : JSON.stringify(reply.json));
    return;
  }
  const { job, include, after } = reply;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const isOpen = (): boolean => !response.destroyed && !job.isDeleted;
  let events = job.events(include);
  let sent = 0;
  for (let at = after + 1; isOpen(); at++) {
    while (at >= job.released && isOpen()) {
      await job.changed();
      if (job.isCancelled) events = job.events(include);
    }
    const event = events[at];
    if (event === undefined || !isOpen()) break;
    if (sent++ >= cutAfter) {
      response.destroy();
      return;
    }
    response.write(sseEvent(JSON.stringify(event), String(event['type'])));
    // Let each event arrive separately.
    await new Promise(setImmediate);
  }
  response.end();
}
