import type { JsonObject } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import { loadPackage } from '../load-package.ts';
import { openStores } from './open-stores.ts';

/** Location of the keys: a store, or a running gateway. */
export interface KeysPlace {
  readonly store?: string;
  readonly url?: string;
}

/** Sends a request to the admin API, and returns the response. */
export type Send = (method: string, path: string, body?: object) => Promise<JsonObject>;

const WHY = 'majordomo keys';
const PATH = '/admin/v1';

/** Runs a function with the admin API of a gateway, or with one over a store. Throws `Stop` with the refusals of the API. */
export async function withAdmin<T>(place: KeysPlace, io: Io, run: (send: Send) => Promise<T>): Promise<T> {
  if (place.url !== undefined) return run(remote(place.url, io));
  const { createAdmin, createKeys } = (await loadPackage(
    '@majordomo/admin',
    io.cwd,
    WHY,
  )) as typeof import('@majordomo/admin');
  const { createLedger } = await import('@majordomo/ledger');
  await using stores = await openStores(place.store, await loadSettings(io), io, WHY);
  const { storeTimeoutMs } = stores;
  const keys = createKeys({ store: stores.keys });
  const admin = createAdmin({ keys, ledger: createLedger({ store: stores.ledger, storeTimeoutMs }) });
  return await run((method, path, body) =>
    answerOf(admin.fetch(requestTo(`http://localhost${PATH}${path}`, method, body, {}), { admin: true })),
  );
}

function remote(url: string, { env, signal }: Io): Send {
  const token = env['MAJORDOMO_ADMIN_TOKEN'] ?? '';
  if (token === '') throw new Stop('--url needs the token of the admin API in MAJORDOMO_ADMIN_TOKEN');
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new Stop('--url must be the address of a gateway, such as https://gateway.example');
  const root = base.pathname === '/' ? `${base.origin}${PATH}` : url.replace(/\/$/, '');
  const headers = { authorization: `Bearer ${token}` };
  return (method, path, body) =>
    answerOf(fetch(requestTo(root + path, method, body, headers), { signal }), root);
}

const requestTo = (
  url: string,
  method: string,
  body: object | undefined,
  headers: Record<string, string>,
): Request =>
  new Request(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  });

async function answerOf(responding: Promise<Response>, place = 'the store'): Promise<JsonObject> {
  let response: Response;
  let answer: Readonly<Record<string, unknown>>;
  try {
    response = await responding;
    answer = asRecord(await response.json());
  } catch {
    throw new Stop(`${place} cannot be reached, or does not answer with JSON`, EXIT.failed);
  }
  if (response.ok) return answer as JsonObject;
  const message = asText(asRecord(answer['error'])['message']) ?? `${place} answered ${response.status}`;
  throw new Stop(message, response.status === 400 ? EXIT.usage : EXIT.failed);
}
