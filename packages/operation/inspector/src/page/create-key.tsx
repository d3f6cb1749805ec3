import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { postJson } from './request.ts';

interface CreateKeyProps {
  readonly onCreated: (secret: string) => void;
  readonly onCancel: () => void;
}

const FIELDS = [
  ['name', 'Name', ''],
  ['tenant', 'Tenant', 'none'],
  ['models', 'Models, separated by commas', 'all'],
  ['usd', 'USD per month', 'no limit'],
  ['calls', 'Calls per minute', 'no limit'],
] as const;

type Values = Readonly<Record<(typeof FIELDS)[number][0] | 'expires', string>>;

/** Form that creates a key. */
export function CreateKey({ onCreated, onCancel }: CreateKeyProps): JSX.Element {
  const [error, setError] = useState<string | undefined>(undefined);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Values;
    postJson<{ readonly secret: string }>('api/v1/keys', bodyOf(values)).then(
      ({ secret }) => onCreated(secret),
      (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)),
    );
  };
  return (
    <form onSubmit={submit}>
      {FIELDS.map(([name, label, placeholder]) => (
        <label key={name}>
          {label}
          <input name={name} required={name === 'name'} placeholder={placeholder} autocomplete="off" />
        </label>
      ))}
      <label>
        Expires
        <input name="expires" type="date" />
      </label>
      {error !== undefined && <p role="alert">{error}</p>}
      <div class="buttons">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="main">
          Create key
        </button>
      </div>
    </form>
  );
}

/** Returns the body of the request. The admin API checks all values. */
function bodyOf({ name, tenant, models, usd, calls, expires }: Values): object {
  const limits = [
    // The admin API accepts amounts of money as decimal strings, and counts as numbers.
    ...(usd === '' ? [] : [{ max: { usd }, per: 'month' }]),
    ...(calls === '' ? [] : [{ max: { calls: Number(calls) }, per: 'minute' }]),
  ];
  return {
    name,
    ...(tenant !== '' && { tenant }),
    ...(models !== '' && { models: models.split(',').map((model) => model.trim()) }),
    ...(limits.length > 0 && { limits }),
    ...(expires !== '' && { expiresAt: expires }),
  };
}
