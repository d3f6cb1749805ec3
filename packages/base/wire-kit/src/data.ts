import type { DataHandling, Env, Provider, ProviderOptions } from '@majordomo/core';
import { definedMembers, isLoopback } from '@majordomo/core/toolkit';

/**
 * Returns the data handling of a provider. Members of the option `data` replace members that `known` determines. If the
 * application passes a `client`, only the option is used, because the base URL of the client is unknown.
 */
export function dataOf(
  { data: declared = {}, client }: Pick<ProviderOptions, 'data'> & { readonly client?: object | undefined },
  known: (modelId: string, env: Env) => DataHandling | undefined,
): NonNullable<Provider['data']> {
  const own = definedMembers(declared);
  return (modelId, env) => ({ ...(client === undefined && known(modelId, env)), ...own });
}

/**
 * Returns the data handling at a URL: `local` for a loopback address, otherwise the entry of the URL's origin in `origins`.
 * `undefined` for any other origin, such as `https://eu.api.openai.com.example` or another port.
 */
export function dataAt(
  url: string | undefined,
  origins: Readonly<Record<string, DataHandling>> = {},
): DataHandling | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const place = new URL(url);
  if (isLoopback(place)) return LOCAL;
  const { origin } = place;
  return Object.hasOwn(origins, origin) ? origins[origin] : undefined;
}

const LOCAL: DataHandling = { region: 'local', retentionDays: 0, trainsOn: false };
