import { addNewest, isLoopback, kindOfStatus } from '@majordomo/core/toolkit';
import { LlmError } from '@majordomo/core';
import { boundedJson } from '@majordomo/wire-kit';
import {
  boundedEvents,
  fetchAt,
  resolveHost,
  systemResolve,
  type Resolve,
} from '@majordomo/wire-kit/internal';
import type { ConnectA2aOptions } from './options.ts';

type Options = Pick<ConnectA2aOptions, 'credential' | 'fetch'>;

/** Maximum size of a response and of an event, in bytes. */
const MAX_BYTES: number = 64 * 1024 * 1024;
/** Maximum number of tokens that are masked in errors. A further token replaces the oldest one. */
const MAX_SECRETS = 100;

/** Sends requests to a remote agent. Only the origin of `home` receives the credential. */
export class AgentFetch {
  private readonly home: URL;
  private readonly label: string;
  private readonly options: Options;
  private readonly resolve: Resolve;
  /** Latest tokens that were sent, which are masked in errors. */
  readonly secrets: Set<string> = new Set();
  /** Signals of the requests that were sent. A caller needs them to know whether an aborted request may have reached the agent. */
  readonly sent: WeakSet<AbortSignal> = new WeakSet();

  constructor(home: URL, label: string, options: Options, resolve: Resolve = systemResolve) {
    this.home = home;
    this.label = label;
    this.options = options;
    this.resolve = resolve;
  }

  /** Sends a request. Redirects, refused tokens and overloaded servers are errors. Other responses are left to the SDK. */
  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    // The SDK passes addresses. Only the type of `fetch` also allows a `Request`, whose other members would be ignored.
    const target = new URL(input instanceof Request ? input.url : input);
    const token = await this.token(target, init.signal, undefined);
    let response = await this.send(target, init, token);
    if (response.status === 401 && token !== undefined && typeof this.options.credential === 'function') {
      await response.body?.cancel();
      response = await this.send(target, init, await this.token(target, init.signal, token));
    }
    const refusal = this.refusalOf(response);
    if (refusal !== undefined) {
      response.body?.cancel().catch(() => undefined);
      throw refusal;
    }
    const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
    return isStream
      ? boundedEvents(response, this.label, MAX_BYTES)
      : boundedJson(response, this.label, MAX_BYTES);
  };

  private async send(target: URL, init: RequestInit, token: string | undefined): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const send = await this.senderFor(target);
    init.signal?.throwIfAborted();
    if (init.signal) this.sent.add(init.signal);
    return send(target, { ...init, headers, redirect: 'manual' });
  }

  private async token(
    { origin }: URL,
    signal: AbortSignal | null | undefined,
    rejected: string | undefined,
  ): Promise<string | undefined> {
    const { credential } = this.options;
    if (credential === undefined || origin !== this.home.origin) return undefined;
    const token =
      typeof credential === 'string'
        ? credential
        : await credential({ signal: signal ?? new AbortController().signal, rejected });
    addNewest(this.secrets, token, MAX_SECRETS);
    return token;
  }

  /** Returns the function that reaches the host. The card may name another host, which must have https and be public. */
  private async senderFor(target: URL): Promise<typeof globalThis.fetch> {
    const { fetch } = this.options;
    const general: typeof globalThis.fetch = (input, init) => (fetch ?? globalThis.fetch)(input, init);
    // An agent at a loopback address, as in development, may name any host.
    if (target.origin === this.home.origin || isLoopback(this.home)) return general;
    if (target.protocol !== 'https:')
      throw new LlmError('protocol', `${this.label}: the card names ${target.origin}, which has no https`);
    // `[]`: no host with a private address is permitted.
    const address = await resolveHost(target, [], this.resolve).catch((error: unknown) => {
      // Workers and browsers cannot resolve names, and their networks contain no private hosts of the application.
      if (LlmError.is(error, 'unsupported')) return undefined;
      throw new LlmError(
        'protocol',
        `${this.label}: the card names the host ${target.host}, which is unknown or not public`,
        { code: 'private-address' },
      );
    });
    // A function of the application opens the connection itself, so it cannot use the checked address.
    return address === undefined || fetch !== undefined ? general : fetchAt(address);
  }

  /** Returns the error for a redirect, a refused token or an overloaded server. */
  private refusalOf({ status, type }: Response): LlmError | undefined {
    const { label } = this;
    if (type === 'opaqueredirect' || (status >= 300 && status < 400))
      return new LlmError('protocol', `${label}: the agent redirects; pass its final address as url`, {
        status,
      });
    if (status === 401 || status === 403)
      return new LlmError('auth', `${label}: the agent refused the request; pass a valid credential`, {
        status,
      });
    if (status === 429 || status >= 500)
      return new LlmError(kindOfStatus(status), `${label}: the agent answered with status ${status}`, {
        status,
      });
    return undefined;
  }
}
