import { LlmError, type Clock } from '@majordomo/core';
import { secret } from '../secret.ts';
import { loginRequired } from '../vault/vault-key.ts';
import type { StoredCredential } from '../vault/vault.ts';
import { answered, asLoginError, type Authority } from './authority.ts';
import type { OAuthOptions } from './options.ts';

const EARLY_MS = 60_000;
/** After these the same refresh token would only be refused again. */
const NEEDS_LOGIN: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_token',
  'refresh_token_reused',
  'interaction_required',
  'login_required',
]);

/**
 * Hands out the access token, and renews it: once for all calls of this process that need it, and under the vault's lock
 * for all processes. Two refreshes by one token would end the login, since the authority takes the second for a thief's.
 */
export class Refresher {
  private readonly options: OAuthOptions;
  private readonly authority: Authority;
  private readonly clock: Clock;
  private running:
    { readonly rejected: string | undefined; readonly entry: Promise<StoredCredential> } | undefined;

  constructor(options: OAuthOptions, authority: Authority, clock: Clock) {
    this.options = options;
    this.authority = authority;
    this.clock = clock;
  }

  /** @param rejected the value that has just got a 401, should there be one */
  async token(signal: AbortSignal, rejected: string | undefined): Promise<string> {
    const entry = this.usable(await this.options.vault.get(this.options.name), rejected);
    if (entry !== undefined) return entry.value.reveal();
    return (await unlessAborted(this.renewed(rejected), signal)).value.reveal();
  }

  /** Whoever comes while one is under way waits for it; one caller that leaves does not stop it for the others. */
  private renewed(rejected: string | undefined): Promise<StoredCredential> {
    const { running } = this;
    if (running !== undefined && (rejected === undefined || running.rejected === rejected))
      return running.entry;
    const begun = { rejected, entry: this.renew(rejected) };
    this.running = begun;
    const forget = (): void => {
      if (this.running === begun) this.running = undefined;
    };
    begun.entry.then(forget, forget);
    return begun.entry;
  }

  private async renew(rejected: string | undefined): Promise<StoredCredential> {
    const { vault, name } = this.options;
    // Read again under the lock: another process may have renewed it meanwhile.
    const entry = await vault.update(name, (now) => this.usable(now, rejected) ?? this.refreshed(now));
    return this.usable(entry, undefined) ?? entry ?? this.missing();
  }

  /** The entry, where it can be used as it is. Throws where a person has to log in. */
  private usable(
    entry: StoredCredential | undefined,
    rejected: string | undefined,
  ): StoredCredential | undefined {
    if (entry === undefined) return this.missing();
    if (entry.dead !== undefined) throw loginRequired(this.options.name, entry.dead);
    const { earlyMs = EARLY_MS } = this.options;
    const isFresh =
      entry.expiresAt === undefined || entry.expiresAt - this.clock.now() > this.early(earlyMs, entry);
    return isFresh && entry.value.reveal() !== rejected ? entry : undefined;
  }

  /** What a refresh has just brought is used, however short its life. */
  private early(earlyMs: number, { expiresAt = 0 }: StoredCredential): number {
    return expiresAt === this.newest ? 0 : earlyMs;
  }

  private newest: number | undefined;

  /** What the entry becomes. Rejects where nothing is lost; what is lost permanently is kept as that. */
  private async refreshed(now: StoredCredential | undefined): Promise<StoredCredential | undefined> {
    if (now === undefined) return undefined;
    if (now.refresh === undefined) return { ...now, dead: 'it is over, and there is nothing to renew it by' };
    try {
      const tokens = await this.authority.refresh(now.refresh.reveal(), new AbortController().signal);
      this.newest = tokens.expiresAt;
      return {
        ...now,
        value: secret(tokens.access),
        refresh: tokens.refresh === undefined ? now.refresh : secret(tokens.refresh),
        expiresAt: tokens.expiresAt,
      };
    } catch (error) {
      const { code, status, retryAfterMs } = answered(error);
      if (code !== undefined && NEEDS_LOGIN.has(code))
        return { ...now, dead: `the authority answered ${code}` };
      if (status === 429 && this.options.dialect === 'codex') throw spent(this.options.name, retryAfterMs);
      throw asLoginError(error, `the refresh of ${JSON.stringify(this.options.name)}`);
    }
  }

  private missing(): never {
    throw new LlmError(
      'auth',
      `nobody has logged in as ${JSON.stringify(this.options.name)}: call login first`,
      {
        code: 'login-required',
        status: 401,
      },
    );
  }
}

/** This authority counts what a plan includes, and says so here too. */
const spent = (name: string, retryAfterMs: number | undefined): LlmError =>
  new LlmError('quota', `the plan of ${JSON.stringify(name)} is used up for now; the login is kept`, {
    status: 429,
    retryAfterMs,
  });

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(
        new LlmError(
          'aborted',
          'the call was aborted while its token was renewed',
          {},
          { cause: signal.reason },
        ),
      );
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
