import type { IssuedKey, KeyLimit, VirtualKey } from '@majordomo/admin';
import { isIsoDay } from '@majordomo/core/toolkit';
import { columns } from '../terminal/columns.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { positiveInteger } from '../program/positive-integer.ts';
import { printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';
import { withKeys, type KeysPlace } from './with-keys.ts';

interface KeysFlags extends KeysPlace {
  readonly json?: true;
}

/** Options of `majordomo keys create`. */
export interface CreateFlags extends KeysFlags {
  readonly tenant?: string;
  readonly models?: string;
  readonly mcp?: readonly string[];
  readonly usdPerDay?: string;
  readonly usdPerMonth?: string;
  readonly callsPerMinute?: string;
  readonly tokensPerMinute?: string;
  readonly expires?: string;
  readonly meta?: readonly string[];
  readonly admin?: true;
}

const DAY_MS = 86_400_000;

/** Implements `majordomo keys create`. Prints the secret once. Without `--json`, standard output contains only the secret. */
export async function createKey(name: string, flags: CreateFlags, io: Io): Promise<ExitCode> {
  const { tenant, models, mcp, expires, meta, admin } = flags;
  const key = {
    name,
    tenant,
    models: models?.split(',').filter((model) => model !== ''),
    mcp: mcp && Object.fromEntries(mcp.map(accessOf)),
    limits: limitsOf(flags),
    expiresAt: expires === undefined ? undefined : expiryOf(expires),
    metadata: meta && Object.fromEntries(meta.map((text) => pairOf(text, '--meta must be NAME=VALUE'))),
    admin,
  };
  return withKeys(flags, io, async (keys) => printSecret(await keys.create(key), flags, io));
}

/** Returns a server with its patterns, such as `github=search_*,!search_code`. */
function accessOf(text: string): readonly [server: string, patterns: readonly string[]] {
  const [server, patterns] = pairOf(text, '--mcp must be SERVER=PATTERNS');
  return [server, patterns.split(',').filter((pattern) => pattern !== '')];
}

/** Implements `majordomo keys rotate`. Prints the new secret once. Without `--json`, standard output contains only the secret. */
export async function rotateKey(
  id: string,
  flags: KeysFlags & { readonly grace?: string },
  io: Io,
): Promise<ExitCode> {
  const graceMs = flags.grace === undefined ? 0 : daysOf(flags.grace, '--grace') * DAY_MS;
  return withKeys(flags, io, async (keys) => printSecret(await keys.rotate(id, { graceMs }), flags, io));
}

/** Implements `majordomo keys revoke`. Revokes a key permanently. */
export async function revokeKey(id: string, flags: KeysFlags, io: Io): Promise<ExitCode> {
  return withKeys(flags, io, async (keys) => {
    const key = await keys.revoke(id);
    if (flags.json === true) writeJson(io.stdout, { key });
    else io.stdout.write(`revoked ${printable(id)}\n`);
    return EXIT.ok;
  });
}

/** Implements `majordomo keys list`. Prints keys without their secrets. */
export async function listKeys(
  flags: KeysFlags & { readonly tenant?: string; readonly status?: VirtualKey['status'] },
  io: Io,
): Promise<ExitCode> {
  const { tenant, status } = flags;
  return withKeys(flags, io, async (remote) => {
    const keys: VirtualKey[] = [];
    for await (const key of remote.all({ tenant, status })) keys.push(key);
    if (flags.json === true) writeJson(io.stdout, { keys });
    else if (keys.length === 0) io.stderr.write('There are no keys.\n');
    else io.stdout.write(tableOf(keys.map(rowOf)));
    return EXIT.ok;
  });
}

/** Implements `majordomo keys show`. Prints a key and the remaining amounts of its limits. */
export async function showKey(id: string, flags: KeysFlags, io: Io): Promise<ExitCode> {
  return withKeys(flags, io, async (keys) => {
    const limits = await keys.limits(id);
    const key = await keys.get(id);
    if (key === undefined) throw new Stop(`no key has the id "${id}"; see majordomo keys list`, EXIT.failed);
    if (flags.json === true) {
      writeJson(io.stdout, { key, limits });
      return EXIT.ok;
    }
    const lines = limits.map(
      ({ max, per, used, left, resetsAt }) =>
        `  ${limitText({ max, per })}: ${used} used, ${left} left${resetsAt === undefined ? '' : `, until ${resetsAt}`}`,
    );
    io.stdout.write(
      `${tableOf([rowOf(key)])}${printable(lines.join('\n'))}${lines.length === 0 ? '' : '\n'}`,
    );
    return EXIT.ok;
  });
}

function printSecret({ key, secret }: IssuedKey, { json }: KeysFlags, io: Io): ExitCode {
  if (json === true) {
    writeJson(io.stdout, { key, secret });
    return EXIT.ok;
  }
  io.stdout.write(`${secret}\n`);
  io.stderr.write(
    `${printable(`${key.id}  ${key.name}`)}: the secret is not stored and cannot be shown again.\n`,
  );
  return EXIT.ok;
}

const rowOf = ({ id, name, lastFour, tenant = '-', status, limits }: VirtualKey): readonly string[] => [
  id,
  name,
  `…${lastFour}`,
  tenant,
  status,
  limits.map(limitText).join(', '),
];

function limitText({ max, per }: Pick<KeyLimit, 'max' | 'per'>): string {
  // `max` has exactly one of the members `usd`, `tokens` and `calls`.
  const [[unit = '', amount = ''] = []] = Object.entries(max);
  return unit === 'usd' ? `$${amount}/${per}` : `${amount} ${unit}/${per}`;
}

const tableOf = (rows: readonly (readonly string[])[]): string =>
  columns(rows)
    .map((line) => `${printable(line)}\n`)
    .join('');

function limitsOf(flags: CreateFlags): readonly KeyLimit[] {
  const { usdPerDay, usdPerMonth, callsPerMinute, tokensPerMinute } = flags;
  return [
    ...(usdPerDay === undefined ? [] : [{ max: { usd: usdPerDay }, per: 'day' as const }]),
    ...(usdPerMonth === undefined ? [] : [{ max: { usd: usdPerMonth }, per: 'month' as const }]),
    ...(callsPerMinute === undefined
      ? []
      : [{ max: { calls: positiveInteger('--calls-per-minute', callsPerMinute) }, per: 'minute' as const }]),
    ...(tokensPerMinute === undefined
      ? []
      : [
          {
            max: { tokens: positiveInteger('--tokens-per-minute', tokensPerMinute) },
            per: 'minute' as const,
          },
        ]),
  ];
}

/** Parses a number of days such as `90d`. `option` names the flag in errors. */
function daysOf(text: string, option: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days === undefined) throw new Stop(`${option} must be a number of days, such as 7d, not "${text}"`);
  return Number(days);
}

/** Returns the expiry time for a duration such as `90d` or an ISO date. */
function expiryOf(text: string): Date {
  if (/^\d+d$/.test(text)) return new Date(Date.now() + daysOf(text, '--expires') * DAY_MS);
  // `Date` also accepts other formats, and reads 2027-02-30 as 2027-03-02, so the day is checked separately.
  const date = new Date(text);
  if (!isIsoDay(text.slice(0, 10)) || Number.isNaN(date.getTime()))
    throw new Stop(
      `--expires must be a number of days, such as 90d, or a date, such as 2027-01-31, not "${text}"`,
    );
  return date;
}

function pairOf(pair: string, rule: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw new Stop(`${rule}, not "${pair}"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
