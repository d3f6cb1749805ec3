import { formatUsd } from '@majordomo/catalog';
import type { Ledger, ReportRow } from '@majordomo/ledger';

const DAY_MS = 86_400_000;

/** Returns the costs of the last `days` days by day and by tenant, and the limits that run out, as text. */
export async function nightlyReport(
  ledger: Pick<Ledger, 'report' | 'state'>,
  now: Date,
  days: number = 7,
): Promise<string> {
  const zone = 'Europe/Berlin';
  const range = { from: new Date(now.getTime() - days * DAY_MS), to: now, zone };
  const perDay = await ledger.report({ by: ['day'], ...range, empty: true });
  const perTenant = await ledger.report({ by: ['tenant'], ...range });
  const mostExpensive = [...perTenant].sort((a, b) => (a.nanoUsd < b.nanoUsd ? 1 : -1)).slice(0, 10);
  const endingSoon = (await ledger.state()).filter(({ emptyAt }) => emptyAt !== undefined);
  return [
    'Per day',
    ...perDay.map((row) => line(row.key['day'], row)),
    'Most expensive tenants',
    ...mostExpensive.map((row) => line(row.key['tenant'] === '' ? '(none)' : row.key['tenant'], row)),
    'Limits that run out',
    ...endingSoon.map(
      ({ limit, key, emptyAt = 0 }) =>
        `  ${limit.name} ${key}: ${new Date(emptyAt).toISOString().slice(0, 10)}`,
    ),
  ].join('\n');
}

/** Reports attempts without a price separately, because they are not free. */
function line(name: string = '', { calls, nanoUsd, unpriced, p95Ms }: ReportRow): string {
  const suffix = unpriced > 0 ? ` + ${unpriced} unpriced` : '';
  return `  ${name.padEnd(12)} ${String(calls).padStart(6)} calls ${formatUsd(nanoUsd)}${suffix}, p95 ${p95Ms} ms`;
}
