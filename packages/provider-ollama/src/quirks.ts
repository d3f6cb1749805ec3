import { quirksFromParams, type QuirkValues } from '@majordomo/wire-kit';

/** Differences between servers and models of this wire. They affect requests; the reader accepts all forms. */
export interface OllamaQuirks {
  /** Form of an output schema: `format`, or also the system text, for servers that ignore `format`. */
  readonly schema: 'format' | 'format-and-prompt';
  /** Form of `think`: a boolean, or named levels. */
  readonly think: 'boolean' | 'levels';
}

/** Quirks of an unknown server or model. */
export const CHAT_QUIRKS: OllamaQuirks = { schema: 'format', think: 'boolean' };

/** Settings of the model's runner. */
export interface RunnerOptions {
  /**
   * Context window in tokens (`num_ctx`). The server cuts a longer prompt.
   * @default the server's, often 4,096
   */
  readonly numCtx?: number | undefined;
  /** Time for which the model stays loaded after the call: `30m`, seconds, `0` to unload it at once, `-1` to keep it. */
  readonly keepAlive?: string | number | undefined;
}

/**
 * Reads the query of a DSN, such as `?num_ctx=32768&keep_alive=30m&think=levels`. Throws `config` for unknown parameters.
 */
export function settingsFromParams(
  params: Readonly<Record<string, string>>,
  where?: string,
): RunnerOptions & { readonly quirks: Partial<OllamaQuirks> } {
  const { num_ctx: numCtx, keep_alive: keepAlive, ...quirks } = quirksFromParams(params, PARAM_VALUES, where);
  return { numCtx, keepAlive, quirks };
}

/** Runner settings have their wire names in a DSN. */
interface DsnSettings extends OllamaQuirks {
  readonly num_ctx: number;
  readonly keep_alive: string | number;
}

const PARAM_VALUES: { readonly [Name in keyof DsnSettings]: QuirkValues<DsnSettings[Name]> } = {
  num_ctx: {
    takes: 'a positive integer',
    read: (text) => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined),
  },
  keep_alive: {
    takes: 'a duration, or seconds',
    read: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
  },
  think: ['boolean', 'levels'],
  schema: ['format', 'format-and-prompt'],
};
