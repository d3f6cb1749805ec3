import { LlmError } from '@majordomo/core';

/** The ways in which the models behind one `run` differ. They decide what is sent; reading is liberal. */
export interface RunQuirks {
  /** How an effort is asked for. */
  readonly reasoning: 'none' | 'reasoning_effort';
  /** Takes `stop`. The older models check their input, and refuse what they do not know. */
  readonly stop: boolean;
  /** Takes `tool_choice`. */
  readonly toolChoice: boolean;
}

/** What the models with an input of the vendor's own take. */
export const RUN_QUIRKS: RunQuirks = { reasoning: 'none', stop: false, toolChoice: false };

const VALUES: { readonly [Name in keyof RunQuirks]: readonly RunQuirks[Name][] } = {
  reasoning: ['none', 'reasoning_effort'],
  stop: [true, false],
  toolChoice: [true, false],
};

/** Quirks from the query of a DSN, such as `?stop=true`; throws `config` for an unknown one. */
export function quirksFromParams(params: Readonly<Record<string, string>>): Partial<RunQuirks> {
  const quirks: Record<string, string | boolean> = {};
  for (const [name, text] of Object.entries(params)) {
    const values: readonly (string | boolean)[] = Object.hasOwn(VALUES, name)
      ? VALUES[name as keyof RunQuirks]
      : [];
    const value = values.find((candidate) => String(candidate) === text);
    if (value === undefined) {
      const known =
        values.length === 0
          ? `there are account, gateway, ${Object.keys(VALUES).join(', ')}`
          : `it is one of ${values.join(', ')}`;
      throw new LlmError('config', `DSN parameter ${name}=${text} cannot be used: ${known}`);
    }
    quirks[name] = value;
  }
  return quirks;
}
