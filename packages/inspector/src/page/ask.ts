import { base } from './connect.ts';

/** Asks the server; throws what it says when it refuses. */
export async function ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  return answered<T>(await fetch(`${base}/${path}?${new URLSearchParams(query).toString()}`));
}

/** Benches a target for this long, until it is put back (`null`), or puts it back (`undefined`). */
export async function steer(target: string, ms: number | null | undefined): Promise<void> {
  const body = JSON.stringify(ms === undefined ? { target } : { target, ms });
  await answered(
    await fetch(`${base}/steer`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  );
}

async function answered<T>(response: Response): Promise<T> {
  const value = (await response.json().catch(() => ({}))) as T & { readonly error?: string };
  if (!response.ok) throw new Error(value.error ?? `the server answered ${response.status}`);
  return value;
}
