import { quirksFromParams, type QuirkValues } from '@majordomo/wire-kit';

/** The ways in which servers and models of this wire differ. They decide what is sent; reading is liberal. */
export interface OllamaQuirks {
  /** A schema goes as `format`, or also as words in the system text, for servers that ignore `format`. */
  readonly schema: 'format' | 'format-and-told';
  /** `think` as on or off, or by named levels. */
  readonly think: 'boolean' | 'levels';
}

/** What most servers and models take. */
export const CHAT_QUIRKS: OllamaQuirks = { schema: 'format', think: 'boolean' };

/** Settings of the model's runner, which the wire's other fields do not cover. */
export interface RunnerOptions {
  /** Context window in tokens (`num_ctx`). Default: the server's own, often 4,096; what does not fit is cut. */
  readonly numCtx?: number | undefined;
  /** How long the model stays loaded after the call: `30m`, seconds, `0` to unload it, `-1` for ever. */
  readonly keepAlive?: string | number | undefined;
}

/** What a DSN's query says, such as `?num_ctx=32768&keep_alive=30m&think=levels`; throws `config` for anything else. */
export function settingsFromParams(
  params: Readonly<Record<string, string>>,
  where?: string,
): RunnerOptions & { readonly quirks: Partial<OllamaQuirks> } {
  const { num_ctx: numCtx, keep_alive: keepAlive, ...quirks } = quirksFromParams(params, WORDS, where);
  return { numCtx, keepAlive, quirks };
}

/** The runner's settings are called here what the wire calls them. */
interface DsnSettings extends OllamaQuirks {
  readonly num_ctx: number;
  readonly keep_alive: string | number;
}

const WORDS: { readonly [Name in keyof DsnSettings]: QuirkValues<DsnSettings[Name]> } = {
  num_ctx: {
    takes: 'a whole number above 0',
    read: (text) => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined),
  },
  keep_alive: {
    takes: 'a duration, or seconds',
    read: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
  },
  think: ['boolean', 'levels'],
  schema: ['format', 'format-and-told'],
};
