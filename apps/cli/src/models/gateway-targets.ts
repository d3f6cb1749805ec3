import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import type { NamedTarget } from '../config/configured-targets.ts';
import { apiAt, tokenIn } from '../keys/remote-api.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';

const TIMEOUT_MS = 10_000;

/** Returns the targets of the names that a running gateway serves. Throws `Stop` if the gateway does not list them. */
export async function gatewayTargets(url: string, io: Io): Promise<readonly NamedTarget[]> {
  const address = `${apiAt(url)}/models`;
  const body = asRecord(await read(address, tokenIn(io), io.signal));
  return asList(body['models']).flatMap((served) => {
    const { name, targets } = asRecord(served);
    return asList(targets).map((each) => {
      const { target, vendor, model } = asRecord(each);
      const id = asText(target) ?? '';
      return {
        name: asText(name) ?? '',
        target: { target: id, vendor: asText(vendor), model: asText(model) ?? id },
      };
    });
  });
}

async function read(address: string, token: string, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.ok) return await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Stop(`${address} did not respond with JSON; check --url and the network`);
  }
  await response.body?.cancel();
  if (response.status === 404)
    throw new Stop(`${address} does not exist; update the gateway, and start it with keys or a store`);
  throw new Stop(`${address} returned the status ${response.status}; check MAJORDOMO_ADMIN_TOKEN`);
}
