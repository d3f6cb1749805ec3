import type { JSX } from 'preact';
import { Choice } from './choice.tsx';
import type { Filter } from './filter.ts';
import { RANGES } from './ranges.ts';

const OUTCOMES = ['finished', 'failed', 'abandoned', 'refused', 'running'];

interface FilterBarProps {
  readonly choices: Readonly<Record<'tenant' | 'key' | 'model', readonly string[]>>;
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

/** Search field and selects. The first choice of each select is `all`. */
export function FilterBar({ choices, filter, onChange }: FilterBarProps): JSX.Element {
  const select = (
    label: string,
    name: keyof Filter,
    options: readonly (readonly [string, string])[],
  ): JSX.Element => (
    <Choice
      label={label}
      value={filter[name]}
      options={[['', 'all'], ...options]}
      onChange={(value) => onChange({ ...filter, [name]: value })}
    />
  );
  // A value from the address must be selectable, even if no call has it.
  const named = (name: 'tenant' | 'key' | 'model'): readonly (readonly [string, string])[] =>
    [...new Set([...choices[name], filter[name]])].filter((each) => each !== '').map((each) => [each, each]);
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter calls"
      onSubmit={(event) => event.preventDefault()}
    >
      <label class="choice find">
        Search calls
        <input
          type="search"
          placeholder="Call id or request id"
          value={filter.id}
          onInput={({ currentTarget }) => onChange({ ...filter, id: currentTarget.value })}
        />
      </label>
      {select('Tenant', 'tenant', named('tenant'))}
      {select('Key', 'key', named('key'))}
      {select('Model', 'model', named('model'))}
      {select(
        'Outcome',
        'outcome',
        OUTCOMES.map((each) => [each, each]),
      )}
      {select('Range', 'range', RANGES)}
    </form>
  );
}
