import type { JSX } from 'preact';
import { addressOf, failedOver, modelOf, type Filter } from './filter.ts';
import { count, dateTime, duration, time, tokens, usd } from './format.ts';
import { useStore } from './hooks.ts';
import { Icon } from './icons.tsx';
import type { ListedCall } from './listed-call.ts';
import { roundUp } from './scale.ts';

/** Columns with their CSS classes. Columns with the class `extra` are hidden if the table is narrow. */
const COLUMNS: readonly (readonly [name: string, className: string])[] = [
  ['Time', 'narrow'],
  ['Model', 'narrow'],
  ['Target', 'wide'],
  ['Tenant', 'narrow'],
  ['Key', 'narrow extra'],
  ['Outcome', ''],
  ['Status', 'number'],
  ['Duration', 'took'],
  ['First content', 'number extra'],
  ['Tokens', 'number extra'],
  ['Cost', 'number extra'],
];

interface CallTableProps {
  readonly calls: readonly ListedCall[];
  readonly filter: Filter;
  readonly selected: string;
  readonly now: number;
}

/** Table of calls, newest first. The bars of all calls have the same scale. */
export function CallTable({ calls, filter, selected, now }: CallTableProps): JSX.Element {
  const end = roundUp(Math.max(1, ...calls.map((call) => durationOf(call, now))));
  return (
    <table class="calls-table" onKeyDown={moveFocus}>
      <caption class="unseen">{count(calls.length)} calls, newest first</caption>
      <thead>
        <tr>
          {COLUMNS.map(([name, className]) => (
            <th key={name} scope="col" class={className}>
              {name}
              {name === 'Duration' && <span class="soft"> 0 to {duration(end)}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <Row
            key={call.id}
            call={call}
            href={addressOf(filter, call.id)}
            isSelected={call.id === selected}
            end={end}
            now={now}
          />
        ))}
      </tbody>
    </table>
  );
}

const durationOf = ({ startedAt, endedAt }: ListedCall, now: number): number =>
  Math.max(0, (endedAt ?? now) - startedAt);

interface RowProps {
  readonly call: ListedCall;
  readonly href: string;
  readonly isSelected: boolean;
  /** Duration at the end of the scale, in milliseconds. */
  readonly end: number;
  readonly now: number;
}

function Row({ call, href, isSelected, end, now }: RowProps): JSX.Element {
  const { tenant, key, status, outcome, firstMs, usage = {}, startedAt } = call;
  const store = useStore();
  const cost = call.nanoUsd ?? store.costOf(call.id)?.nanoUsd;
  // The cells are in the order of `COLUMNS`.
  const cells = [
    // CSS extends this link over the row.
    <a href={href} aria-current={isSelected ? 'true' : undefined} title={dateTime(startedAt)}>
      {isToday(startedAt) ? time(startedAt) : dateTime(startedAt)}
    </a>,
    <span title={modelOf(call)}>{modelOf(call)}</span>,
    <TargetOf call={call} />,
    tenant,
    key !== undefined && (
      <span class="key-id" title={key}>
        {key}
      </span>
    ),
    <span title={call.error?.message}>
      <span class={`outcome ${outcome}`}>
        <Icon name={outcome} />
      </span>
      {outcome}
      {call.error !== undefined && <span class="soft"> · {call.error.kind}</span>}
    </span>,
    status,
    <Duration call={call} took={durationOf(call, now)} end={end} />,
    firstMs === undefined ? undefined : duration(firstMs),
    usage.input === undefined && usage.output === undefined
      ? undefined
      : tokens((usage.input ?? 0) + (usage.output ?? 0)),
    cost === undefined ? (
      <span title="No cost: the inspector has no ledger that knows the price.">–</span>
    ) : (
      usd(cost)
    ),
  ];
  return (
    <tr class={isSelected ? 'row selected' : 'row'}>
      {COLUMNS.map(([name, className], index) => (
        <td key={name} class={`cell-${name.toLowerCase().replace(' ', '-')} ${className}`}>
          {cells[index]}
        </td>
      ))}
    </tr>
  );
}

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString();

/** Target that answered, otherwise the last attempted target, otherwise the first target of the chain. */
function TargetOf({ call }: { readonly call: ListedCall }): JSX.Element {
  const { answeredBy, tries, targets } = call;
  const target = answeredBy ?? tries.findLast(({ outcome }) => outcome !== 'skipped')?.target ?? targets[0];
  return (
    <span class="target" title={target}>
      {failedOver(call) && (
        <>
          <Icon name="over" />
          <span class="unseen">failed over to </span>
        </>
      )}
      {target}
    </span>
  );
}

interface DurationProps {
  readonly call: ListedCall;
  readonly took: number;
  readonly end: number;
}

/** Duration of a call, as a bar with a part for each attempt and as text. */
function Duration({ call: { tries, outcome }, took, end }: DurationProps): JSX.Element {
  const attempts = tries.filter((each) => each.outcome !== 'skipped');
  const parts = attempts.length === 0 ? [{ outcome, at: 0, ms: took }] : attempts;
  const percent = (ms: number): string => `${(Math.min(ms, end) / end) * 100}%`;
  const label = `${duration(took)}, ${outcome}${attempts.length > 1 ? `, ${attempts.length} attempts` : ''}`;
  return (
    <span class="length">
      <span class="mini" role="img" aria-label={label}>
        {parts.map((each, index) => (
          <span
            key={index}
            class={each.outcome}
            style={{ left: percent(each.at), width: percent(each.ms ?? Math.max(0, took - each.at)) }}
          />
        ))}
      </span>
      <span class="number" aria-hidden="true">
        {duration(took)}
      </span>
    </span>
  );
}

/** Moves the focus to the link of the next or previous row. */
function moveFocus(event: KeyboardEvent): void {
  const row = (event.target as Element).closest('tr');
  const to = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  to?.querySelector('a')?.focus();
}
