import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { requestAdmin } from './request.ts';

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
  const [values, setValues] = useState<Values>({
    name: '',
    tenant: '',
    models: '',
    usd: '',
    calls: '',
    expires: '',
  });
  const [error, setError] = useState<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    requestAdmin<{ readonly secret: string }>('POST', '/keys', bodyOf(values)).then(
      ({ secret }) => onCreated(secret),
      (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)),
    );
  };
  return (
    <form onSubmit={submit}>
      {FIELDS.map(([name, label, placeholder]) => (
        <label key={name}>
          {label}
          <input
            required={name === 'name'}
            placeholder={placeholder}
            value={values[name]}
            autocomplete="off"
            onInput={({ currentTarget }) => setValues({ ...values, [name]: currentTarget.value })}
          />
        </label>
      ))}
      <label>
        Expires
        <input
          type="date"
          value={values.expires}
          onInput={({ currentTarget }) => setValues({ ...values, expires: currentTarget.value })}
        />
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
