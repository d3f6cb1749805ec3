import type { RequestEvent } from '@majordomo/admin';
import { systemClock } from '@majordomo/core';
import type { Refusal } from './errors/refusal.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Caller } from './options.ts';

const CLIENT_REQUEST_ID = /^[\x21-\x7e]{1,512}$/;

/** Data of one `RequestEvent`, which is reported once, after the handler and the body of a stream have ended. */
export class RequestTrace {
  caller: Caller | undefined;
  /** Pattern of the route, or `other` for an address that is not served. */
  route = 'other';
  wire: string | undefined;
  isStreamed: boolean | undefined;
  /** Model name that the client sent. */
  model: string | undefined;
  /** Ids of the calls that the request caused. */
  readonly calls: string[] = [];
  private readonly request: Request;
  private readonly requestId: string;
  private readonly report: (event: RequestEvent) => void;
  private readonly startedAt = systemClock.now();
  private error: RequestEvent['error'];
  private status = 0;
  /** Number of unfinished activities that delay the report: the handler, and the body of a streamed response. */
  private open = 1;

  constructor(request: Request, requestId: string, report: (event: RequestEvent) => void) {
    this.request = request;
    this.requestId = requestId;
    this.report = report;
  }

  /** Counts a stream in the metrics, and delays the report until the returned function is called. Further calls do nothing. */
  beginStream(metrics: Pick<Metrics, 'onStreamStart' | 'onStreamEnd'>): () => void {
    metrics.onStreamStart();
    this.open++;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      metrics.onStreamEnd();
      this.close();
    };
  }

  fail({ kind, code, message }: Refusal): void {
    this.error = { kind, code, message };
  }

  /** Reports the request now, or when the body of a streamed response has ended. `status`: HTTP status of the response. */
  end(status: number): void {
    this.status = status;
    this.close();
  }

  private close(): void {
    if (--this.open > 0) return;
    const { request, requestId, startedAt, caller, route, wire, isStreamed, model, calls, status, error } =
      this;
    const clientRequestId = request.headers.get('x-client-request-id') ?? '';
    this.report({
      requestId,
      clientRequestId: CLIENT_REQUEST_ID.test(clientRequestId) ? clientRequestId : undefined,
      at: new Date(startedAt).toISOString(),
      ms: systemClock.now() - startedAt,
      method: request.method,
      route,
      wire,
      isStreamed,
      status,
      tenant: caller?.tenant,
      key: caller?.key,
      model,
      calls,
      error,
    });
  }
}
