import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FeedHealth } from '../feed-types.ts';
import { setBench } from './request.ts';
import { count, duration, rough } from './format.ts';
import { useKnown, useNow } from './hooks.ts';
import { isFailing, targetSummaries, type TargetSummary } from './summary.ts';

/** Buttons that bench a target: their label, and the duration in milliseconds; `null` until the target is released. */
const BENCHES: readonly (readonly [string, number | null])[] = [
  ['1 min', 60_000],
  ['15 min', 900_000],
  ['until released', null],
];

/** Targets that were called or failed, with buttons to bench and release them. */
export function HealthView(): JSX.Element {
  const { calls, health } = useKnown();
  const [said, setSaid] = useState('');
  const summaries = useMemo(() => targetSummaries(calls), [calls]);
  const now = useNow(1000);
  const known = new Map(health.map((each) => [each.target, each]));
  const targets = [...new Set([...known.keys(), ...summaries.keys()])].sort(
    (a, b) => rank(known.get(a)) - rank(known.get(b)) || a.localeCompare(b),
  );
  const change = (target: string, ms: number | null | undefined, done: string): void => {
    setBench(target, ms).then(
      () => setSaid(`${target} ${done}.`),
      (error: unknown) => setSaid(`${target} was not changed: ${String(error)}`),
    );
  };
  return (
    <div class="page">
      <h2>Health</h2>
      <p class="soft">
        Calls skip a benched target until its bench ends. Then one call probes the target. Unless health is
        shared, changes made here apply to this process only.
      </p>
      <p role="status" class="announcement">
        {said}
      </p>
      {targets.length === 0 && <p class="hint">No target has been called yet.</p>}
      <ul class="board">
        {targets.map((target) => (
          <Target
            key={target}
            target={target}
            health={known.get(target)}
            summary={summaries.get(target)}
            now={now}
            onChange={change}
          />
        ))}
      </ul>
    </div>
  );
}

const rank = (health: FeedHealth | undefined): number =>
  health?.state === 'benched' ? 0 : health?.state === 'probing' ? 1 : (health?.failures ?? 0) > 0 ? 2 : 3;

interface TargetProps {
  readonly target: string;
  readonly health: FeedHealth | undefined;
  readonly summary: TargetSummary | undefined;
  readonly now: number;
  /** Changes the bench of a target. `ms`: as for `setBench`. `done`: end of the sentence that reports the success. */
  readonly onChange: (target: string, ms: number | null | undefined, done: string) => void;
}

function Target({ target, health, summary, now, onChange }: TargetProps): JSX.Element {
  const { state = 'healthy', failures = 0, benches = 0, restingKeys = 0, retires, successor } = health ?? {};
  const failing = state === 'healthy' && isFailing(summary);
  return (
    <li class={`card ${state}`}>
      <h3 class="target">{target}</h3>
      <p class={`state ${failing ? 'failing' : state}`}>
        {failing ? `Failing: ${share(summary)} of its attempts` : stateText(health, now)}
      </p>
      <dl class="facts">
        <Fact name="attempts" value={count(summary?.attempts ?? 0)} />
        <Fact name="failed" value={share(summary)} />
        <Fact name="median" value={summary?.p50Ms === undefined ? '–' : duration(summary.p50Ms)} />
        {failures > 0 && <Fact name="failures in a row" value={count(failures)} />}
        {benches > 0 && <Fact name="benches in a row" value={count(benches)} />}
        {restingKeys > 0 && <Fact name="benched keys" value={count(restingKeys)} />}
        {retires !== undefined && <Fact name="model retires" value={retires} />}
        {successor !== undefined && <Fact name="successor" value={successor} />}
      </dl>
      <div class="actions" role="group" aria-label={`Bench or release ${target}`}>
        {state === 'healthy' ? (
          BENCHES.map(([label, ms]) => (
            <button key={label} type="button" onClick={() => onChange(target, ms, `is benched, ${label}`)}>
              <span>Bench</span> {label}
            </button>
          ))
        ) : (
          <button type="button" class="main" onClick={() => onChange(target, undefined, 'is released')}>
            Release
          </button>
        )}
      </div>
    </li>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: string }): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const share = (summary: TargetSummary | undefined): string =>
  summary === undefined || summary.attempts === 0
    ? '–'
    : `${Math.round((summary.failed / summary.attempts) * 100)} %`;

/** Returns the state as text, because color alone is not accessible. */
export function stateText(health: FeedHealth | undefined, now: number): string {
  if (health === undefined || health.state === 'healthy')
    return (health?.failures ?? 0) > 0 ? 'Healthy, with failures' : 'Healthy';
  if (health.state === 'probing') return 'Probing';
  if (health.forever === true) return 'Benched until released';
  const left = (health.until ?? now) - now;
  return left > 0 ? `Benched for ${rough(left)}` : 'Bench has ended: the next call probes the target';
}
