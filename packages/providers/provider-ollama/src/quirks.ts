import { quirksFromParams, type QuirkValues } from '@majordomo/wire-kit/internal';

/** Differences between servers and models of Ollama's API. They affect only requests, not the response reader. */
export interface OllamaQuirks {
  /** Position of an output schema: `format`, or both `format` and the system text for servers that may ignore `format`. */
  readonly schema: 'format' | 'format-and-prompt';
  /** Type of `think`: a boolean, or the name of a level. */
  readonly think: 'boolean' | 'levels';
}

/** Quirks of an unknown server or model. */
export const CHAT_QUIRKS: OllamaQuirks = { schema: 'format', think: 'boolean' };

/** Settings of the model's runner. */
export interface RunnerOptions {
  /**
   * Size of the context window in tokens (`num_ctx`). If the prompt is longer, the server truncates the prompt.
   * @default the size that the server sets, often 4,096
   */
  readonly numCtx?: number | undefined;
  /**
   * Time for which the model stays loaded after the call: `30m`, a number of seconds, `0` to unload it immediately, `-1` for no
   * limit. @default the setting of the server
   */
  readonly keepAlive?: string | number | undefined;
}

/** Parses the query of a DSN, such as `?num_ctx=32768&keep_alive=30m&think=levels`. Throws `config` for unknown parameters. */
export function settingsFromParams(
  params: Readonly<Record<string, string>>,
  where?: string,
): RunnerOptions & { readonly quirks: Partial<OllamaQuirks> } {
  const { num_ctx: numCtx, keep_alive: keepAlive, ...quirks } = quirksFromParams(params, PARAM_VALUES, where);
  return { numCtx, keepAlive, quirks };
}

/** Settings in a DSN. The runner settings have the same names as in the API. */
interface DsnSettings extends OllamaQuirks {
  readonly num_ctx: number;
  readonly keep_alive: string | number;
}

/** Duration of the Go language, as Ollama parses it, such as `30m` or `1h30m`. */
const DURATION = /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

const PARAM_VALUES: { readonly [Name in keyof DsnSettings]: QuirkValues<DsnSettings[Name]> } = {
  num_ctx: {
    takes: 'a positive integer',
    read: (text) => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined),
  },
  keep_alive: {
    takes: 'a duration such as 30m, or a number of seconds',
    read(text) {
      if (/^-?\d+$/.test(text)) return Number(text);
      return DURATION.test(text) ? text : undefined;
    },
  },
  think: ['boolean', 'levels'],
  schema: ['format', 'format-and-prompt'],
};
