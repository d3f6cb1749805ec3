import { LlmError, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { loginError, loginRequired } from '../vault/vault-key.ts';
import type { StoredCredential } from '../vault/vault.ts';
import { asLoginError, failureDetails, type Authority } from './authority.ts';
import type { OAuthOptions } from './options.ts';

/** Time between the refresh and the expiry of a token, in milliseconds. */
const EARLY_MS = 60_000;
/** Maximum of this time, as a share of the token's lifetime. */
const MAX_EARLY_SHARE = 0.25;
/** Time until a failed refresh of a valid token is repeated, in milliseconds, if the response has no Retry-After header. */
const RETRY_MS = 5000;
/** Error codes with which an authority rejects a refresh token permanently. */
const NEEDS_LOGIN: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_token',
  'refresh_token_reused',
  'interaction_required',
  'login_required',
]);

/**
 * Source of the access token. Refreshes the token before it expires. Only one of the processes that share the vault does this,
 * because after a second refresh with the same refresh token, the authority would consider it stolen, and end the login.
 */
export class Refresher {
  private readonly options: OAuthOptions;
  private readonly authority: Authority;
  private readonly clock: Clock;
  /** Time before which a failed refresh is not repeated, in epoch milliseconds. Until then, calls use the valid token. */
  private notBefore = -Infinity;
  /** Refreshed entry that the vault failed to store, and the refresh token that was used for it and is in the vault. */
  private unstored: { readonly used: string; readonly entry: StoredCredential } | undefined;
  private running:
    | { readonly rejected: string | undefined; readonly entry: Promise<StoredCredential> }
    | undefined;

  constructor(options: OAuthOptions, authority: Authority, clock: Clock) {
    this.options = options;
    this.authority = authority;
    this.clock = clock;
  }

  /** @param rejected value that the vendor has just rejected with 401 */
  async token(signal: AbortSignal, rejected: string | undefined): Promise<string> {
    const entry = this.usable(this.live(await this.options.vault.get(this.options.name)), rejected);
    if (entry !== undefined) return entry.value.reveal();
    const refreshed = await abortable(this.sharedRefresh(rejected), signal).catch((error: unknown) => {
      throw signal.aborted ? refreshAborted(signal) : error;
    });
    return refreshed.value.reveal();
  }

  /**
   * Joins the refresh in progress, or starts one. A refresh that began before a value was rejected may return this value, so the
   * caller does not join it. If a caller aborts, the refresh continues for the other callers.
   */
  private sharedRefresh(rejected: string | undefined): Promise<StoredCredential> {
    const { running } = this;
    const canJoin = rejected === undefined || running?.rejected === rejected;
    if (running !== undefined && canJoin) return running.entry;
    const refresh = { rejected, entry: this.refresh(rejected) };
    this.running = refresh;
    const forget = (): void => {
      if (this.running === refresh) this.running = undefined;
    };
    refresh.entry.then(forget, forget);
    return refresh.entry;
  }

  private async refresh(rejected: string | undefined): Promise<StoredCredential> {
    const { vault, name } = this.options;
    // Another process may have refreshed the token while this process waited for the lock.
    const entry = await vault.update(name, (now) => {
      const stored = this.live(now);
      return this.usable(stored, rejected) ?? this.refreshed(stored, rejected);
    });
    this.unstored = undefined;
    return this.live(entry);
  }

  /** Returns the entry of the vault. Throws `auth` if none exists, or if the user must log in. */
  private live(entry: StoredCredential | undefined): StoredCredential {
    const { name } = this.options;
    if (entry === undefined) throw loginError(`no login is named ${JSON.stringify(name)}; call login first`);
    if (entry.dead !== undefined) throw loginRequired(name, entry.dead);
    return entry;
  }

  /** Returns the entry if its token can be used without a refresh. */
  private usable(entry: StoredCredential, rejected: string | undefined): StoredCredential | undefined {
    if (entry.value.reveal() === rejected) return undefined;
    const now = this.clock.now();
    // A token that cannot be refreshed is used until it expires.
    if (entry.refresh === undefined) return isValid(entry, now) ? entry : undefined;
    const isWaiting = now < this.notBefore && isValid(entry, now);
    return isWaiting || isFresh(entry, now) ? entry : undefined;
  }

  /**
   * Returns the entry with new tokens. If the authority fails, returns the unchanged entry while its token is valid, and
   * otherwise rejects. If the login has ended, returns the entry marked as dead.
   */
  private async refreshed(stored: StoredCredential, rejected: string | undefined): Promise<StoredCredential> {
    const used = stored.refresh?.reveal() ?? '';
    const now = this.unstored?.used === used ? this.unstored.entry : stored;
    if (now !== stored && this.usable(now, rejected) !== undefined) return now;
    if (now.refresh === undefined) {
      const why = isValid(now, this.clock.now()) ? 'the vendor rejected the token' : 'the token has expired';
      return { ...now, dead: `${why}, and no refresh token exists` };
    }
    try {
      const tokens = await this.authority.refresh(now.refresh.reveal(), new AbortController().signal);
      this.notBefore = -Infinity;
      this.unstored = { used, entry: { ...now, ...tokens, refresh: tokens.refresh ?? now.refresh } };
      return this.unstored.entry;
    } catch (error) {
      const { code, status, retryAfterMs } = failureDetails(error);
      if (code !== undefined && NEEDS_LOGIN.has(code))
        return { ...now, dead: `the authorization server returned ${code}` };
      const at = this.clock.now();
      this.notBefore = at + (retryAfterMs ?? RETRY_MS);
      if (now.value.reveal() !== rejected && isValid(now, at)) return now;
      if (status === 429 && this.options.dialect === 'codex')
        throw planExhausted(this.options.name, retryAfterMs);
      throw asLoginError(error, `the refresh of ${JSON.stringify(this.options.name)}`);
    }
  }
}

const isValid = ({ expiresAt = Infinity }: StoredCredential, now: number): boolean => expiresAt > now;

/** Whether a token does not expire soon. Tokens with a lifetime of only a few minutes are refreshed closer to their expiry. */
function isFresh({ issuedAt, expiresAt }: StoredCredential, now: number): boolean {
  if (expiresAt === undefined) return true;
  const lifeMs = issuedAt === undefined ? Infinity : expiresAt - issuedAt;
  return expiresAt - now > Math.min(EARLY_MS, lifeMs * MAX_EARLY_SHARE);
}

/** Returns the error for an exhausted plan quota, which the authority of the dialect `codex` reports with status 429. */
const planExhausted = (name: string, retryAfterMs: number | undefined): LlmError =>
  new LlmError(
    'quota',
    `${JSON.stringify(name)}: the quota of the plan is used up; wait until it resets (the login is still valid)`,
    { status: 429, retryAfterMs },
  );

const refreshAborted = (signal: AbortSignal): LlmError =>
  new LlmError('aborted', 'the call was aborted while its token was refreshed', {}, { cause: signal.reason });
