import type { Env, LlmError } from '@majordomo/core';
import { lowerCaseNames, ServerSession, type Connect, type ErrorContext } from '@majordomo/wire-kit';
import { accountName } from '@majordomo/wire-kit/internal';
import { MAX_TIMEOUT_MS } from './clients.ts';
import { toLlmError, type SdkErrorContext, type SdkErrorRules } from './errors.ts';
import type { CallContext } from './options.ts';
import type { ReportRateLimits } from './rate-limits.ts';
import type { Sdk, SdkClient, SdkErrors } from './sdk.ts';

/** Properties that all sessions of a connection share. */
interface Setup {
  readonly sdk: Sdk;
  readonly connect: Connect<SdkClient>;
  /** Returns the functions that recognize errors of the SDK. */
  readonly errors: () => SdkErrors;
  /** Headers of every request, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Reports the rate limits of a response, or of the error of the request. */
  readonly report: ReportRateLimits | undefined;
  /** Returns the base URL; `undefined` for a client of the application, which has its own. */
  readonly baseURL: ((env: Env) => string) | undefined;
}

/** Requests of one attempt to a provider's server through its SDK, and their errors. */
export class SdkSession extends ServerSession<SdkClient> implements SdkErrorContext {
  readonly recovery: SdkErrorRules['recovery'];
  readonly remedy: SdkErrorRules['remedy'];
  private readonly setup: Setup;

  constructor(setup: Setup, about: Pick<ErrorContext, 'target' | 'request'> & SdkErrorRules) {
    super(setup.connect, about);
    this.setup = setup;
    this.recovery = about.recovery;
    this.remedy = about.remedy;
  }

  /** Sends JSON text or a form. */
  post(path: string, body: string | FormData, context: CallContext): Promise<Response> {
    const sending = this.send('post', path, context, body);
    const { report } = this.setup;
    return report === undefined ? sending : report(this.target, sending);
  }

  /** Sends a request that is not a model operation, such as to `/files`. Does not report rate limits. */
  async send(
    method: 'get' | 'post' | 'delete',
    path: string,
    context: CallContext,
    body?: string | FormData | Blob,
  ): Promise<Response> {
    const { sdk } = this.setup;
    const client = await this.client(context);
    const settings = this.settingsOf(context, body !== undefined && typeof body !== 'string');
    const sent = sdk.requiresBytes === true && typeof body === 'string' ? UTF8.encode(body) : body;
    return client[method](sdk.prefix + path, { ...settings, body: sent }).asResponse();
  }

  /** Returns a stable name of the account, which does not contain the credential. */
  async accountOf(context: CallContext): Promise<string> {
    const client = await this.client(context);
    const headers = { ...lowerCaseNames(context.headers), ...this.setup.headers };
    const owner = [headers['openai-organization'], headers['openai-project']];
    const { baseURL } = this.setup;
    const url: unknown = baseURL === undefined ? Reflect.get(client, 'baseURL') : baseURL(context.env);
    return accountName([url, this.secrets, owner]);
  }

  /** Converts any failure of the attempt to an `LlmError` without secrets. */
  toLlmError(error: unknown): LlmError {
    return toLlmError(error, this, this.setup.errors());
  }

  /** Returns the options of a request. The headers of the provider replace those of the call. Core repeats failed requests. */
  private settingsOf({ headers, signal, maxBytes }: CallContext, isForm: boolean): object {
    return {
      // For a form, the platform sets the content type with a boundary.
      headers: { ...(!isForm && JSON_BODY), ...lowerCaseNames(headers), ...this.setup.headers },
      // `endingWith` passes the signal to the transport instead of the SDK, if the transport is that of majordomo.
      ...(this.setup.sdk.hasFetchOptions === true ? this.endingWith(signal, maxBytes) : { signal }),
      maxRetries: 0,
      timeout: MAX_TIMEOUT_MS,
    };
  }
}

const UTF8 = new TextEncoder();

/** Content type of JSON text. Without this header, SDKs would serialize the string as JSON again. */
const JSON_BODY = { 'content-type': 'application/json' };
