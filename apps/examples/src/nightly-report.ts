import { formatUsd } from '@majordomo/catalog';
import type { Ledger, ReportRow } from '@majordomo/ledger';

const DAY_MS = 86_400_000;

/** What the last `days` cost, day by day and tenant by tenant, as a table for a mail. */
export async function nightlyReport(
  ledger: Pick<Ledger, 'report' | 'state'>,
  now: Date,
  days: number = 7,
): Promise<string> {
  const zone = 'Europe/Berlin';
  const range = { from: new Date(now.getTime() - days * DAY_MS), to: now, zone };
  const perDay = await ledger.report({ by: ['day'], ...range, empty: true });
  const perTenant = await ledger.report({ by: ['tenant'], ...range });
  const dearest = [...perTenant].sort((a, b) => (a.nanoUsd < b.nanoUsd ? 1 : -1)).slice(0, 10);
  const soon = (await ledger.state()).filter(({ emptyAt }) => emptyAt !== undefined);
  return [
    'Per day',
    ...perDay.map((row) => line(row.key['day'], row)),
    'Dearest tenants',
    ...dearest.map((row) => line(row.key['tenant'] === '' ? '(none)' : row.key['tenant'], row)),
    'Runs out',
    ...soon.map(
      ({ limit, key, emptyAt = 0 }) =>
        `  ${limit.name} ${key}: ${new Date(emptyAt).toISOString().slice(0, 10)}`,
    ),
  ].join('\n');
}

/** Attempts without a price are said, and never counted as free. */
function line(name: string = '', { calls, nanoUsd, unpriced, p95Ms }: ReportRow): string {
  const beside = unpriced > 0 ? ` + ${unpriced} unpriced` : '';
  return `  ${name.padEnd(12)} ${String(calls).padStart(6)} calls ${formatUsd(nanoUsd)}${beside}, p95 ${p95Ms} ms`;
}
