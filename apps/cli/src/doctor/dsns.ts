import type { Dsn, Majordomo } from '@majordomo/core';
import { BACKENDS, backendForScheme } from '../backends/backends.ts';
import { dsnEntries, type DsnEntry } from '../backends/dsns.ts';
import { outline } from '../backends/outline.ts';
import { installCommand } from '../program/install-command.ts';
import { locatePackage } from '../program/load-package.ts';
import type { Settings } from '../config/settings.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';

/** Lists `LLM_*` DSNs with their address, or with the position of an error. Tokens are not shown. */
export function dsns(settings: Settings, opened: Majordomo, cwd: string): Section {
  // The outline knows every scheme, even of providers that were not opened. Opened providers also check DSN parameters.
  const both = [outline(settings).majordomo, opened];
  const found = dsnEntries(settings.env).map((entry) => finding(entry, both, cwd));
  return { title: 'DSNs', findings: found.length > 0 ? found : [NONE] };
}

const SCHEMES = BACKENDS.flatMap(({ schemes = [] }) => schemes);
// In angle brackets, the redactor recognizes the key as a placeholder and does not mask it.
const NONE = absent(
  'none',
  `define one with LLM_<NAME>=scheme://<KEY>@host/path; schemes: ${SCHEMES.join(', ')}`,
);

function finding(
  { variable, value, dsn, error }: DsnEntry,
  majordomos: readonly Majordomo[],
  cwd: string,
): Finding {
  const backend = dsn === undefined ? undefined : backendForScheme(dsn.scheme);
  if (backend !== undefined && locatePackage(backend.package, cwd) === undefined) {
    return mistake(variable, `needs ${backend.package}; ${installCommand([backend.package])}`);
  }
  // `loadEnv` returns an error for each variable whose DSN it rejects.
  const [wrong = error] = majordomos.flatMap((majordomo) => majordomo.loadEnv({ [variable]: value }));
  if (wrong !== undefined) {
    // Remove the variable's name, which the line already contains. An error without a path concerns the parameters.
    const { path = String(value.indexOf('?')), issues: [issue] = [] } = wrong.details;
    const why = issue?.message ?? wrong.message.replace(`${variable}: `, '');
    return mistake(variable, `character ${path}: ${why}`);
  }
  return ok(variable, dsn === undefined ? '' : formatDsn(dsn));
}

/** Formats the scheme, host and path of a DSN. Omits its token, and its parameters, because they may contain a token. */
function formatDsn({ scheme, host, path, baseURL, token }: Dsn): string {
  const plain = baseURL.startsWith('http:') ? '+http' : '';
  return `${scheme}${plain}://${host}${path}${token === undefined ? '' : ' (with a token)'}`;
}
