import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedResolvedSpec, FeedPlan, FeedTarget } from '../feed-types.ts';
import { requestJson } from './request.ts';
import { usd } from './format.ts';
import { stateText } from './health-view.tsx';
import { useKnown, useNow, type Loaded } from './hooks.ts';
import { Table, type Column } from './table.tsx';

/** Form that resolves a spec or a name to its targets. No model is called. */
export function MeaningView(): JSX.Element {
  const { hello, calls } = useKnown();
  const [loaded, setLoaded] = useState<Loaded<FeedResolvedSpec>>({});
  const known = [
    ...new Set([...(hello?.presets ?? []), ...calls.slice(0, 200).map((call) => call.spec)]),
  ].slice(0, 50);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    requestJson<FeedResolvedSpec>('meaning', fields).then(
      (value) => setLoaded({ value }),
      (error: unknown) => setLoaded({ error: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <div class="page">
      <h2>Resolve</h2>
      <p class="soft">
        The targets that a spec or a name currently resolves to, in the order in which they are tried. No
        model is called.
      </p>
      <form class="ask" onSubmit={submit}>
        <label>
          Spec or name
          <input
            name="spec"
            list="specs"
            required
            placeholder="openai/gpt-5.4,anthropic/claude-sonnet-5"
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <datalist id="specs">
          {known.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <label>
          <span>
            For tenant <span class="soft">(optional)</span>
          </span>
          <input name="tenant" autocomplete="off" />
        </label>
        <button type="submit" class="main">
          Resolve
        </button>
      </form>
      <div aria-live="polite">
        {loaded.error !== undefined && (
          <div class="error">
            <p>{loaded.error}</p>
          </div>
        )}
        {loaded.value !== undefined && <Targets targets={loaded.value.targets} />}
        {loaded.value?.plan !== undefined && <Plan plan={loaded.value.plan} />}
      </div>
    </div>
  );
}

function Targets({ targets }: { readonly targets: readonly FeedTarget[] }): JSX.Element {
  const now = useNow(1000);
  return (
    <ol class="targets">
      {targets.map(({ target, vendor, billing, can, health }) => (
        <li key={target} class="card">
          <h3 class="target">{target}</h3>
          <p class={`state ${health?.state ?? 'healthy'}`}>{stateText(health, now)}</p>
          <p class="chips">
            {vendor !== undefined && <span class="chip">{vendor}</span>}
            {billing !== undefined && <span class="chip">{billing}</span>}
            {can.map((each) => (
              <span key={each} class="chip">
                {each}
              </span>
            ))}
          </p>
        </li>
      ))}
    </ol>
  );
}

const COLUMNS: readonly Column<FeedPlan['candidates'][number]>[] = [
  { name: 'Candidate', cell: ({ target }) => <span class="target">{target}</span> },
  { name: 'Score', class: 'number', cell: ({ score }) => score.toFixed(3) },
  {
    name: 'Of which',
    cell: ({ parts }) =>
      Object.entries(parts)
        .map(([name, value]) => `${name} ${value.toFixed(2)}`)
        .join(', '),
  },
  {
    name: 'Estimate',
    class: 'number',
    cell: ({ estimateNanoUsd }) => (estimateNanoUsd === undefined ? '–' : usd(estimateNanoUsd)),
  },
];

const Plan = ({ plan }: { readonly plan: FeedPlan }): JSX.Element => (
  <section>
    <h3>Why: {plan.reason}</h3>
    {plan.candidates.length > 0 && (
      <Table label="Candidates" columns={COLUMNS} rows={plan.candidates} keyOf={({ target }) => target} />
    )}
    <ul class="plain">
      {plan.rejected.map(({ target, why }) => (
        <li key={target}>
          <span class="target">{target}</span>: {why}
        </li>
      ))}
      {plan.warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  </section>
);
