import { LlmError } from '@majordomo/core';

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
): RunnerOptions & { readonly quirks: Partial<OllamaQuirks> } {
  const { num_ctx: numCtx, keep_alive: keepAlive, think, schema, ...rest } = params;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw badParam(unknown, 'there are num_ctx, keep_alive, think and schema');
  if (numCtx !== undefined && !/^[1-9]\d*$/.test(numCtx))
    throw badParam('num_ctx', 'it is a whole number above 0');
  const quirks: { -readonly [Name in keyof OllamaQuirks]?: OllamaQuirks[Name] } = {};
  if (think !== undefined) quirks.think = chosen('think', think, ['boolean', 'levels']);
  if (schema !== undefined) quirks.schema = chosen('schema', schema, ['format', 'format-and-told']);
  return {
    numCtx: numCtx === undefined ? undefined : Number(numCtx),
    keepAlive: keepAlive !== undefined && /^-?\d+$/.test(keepAlive) ? Number(keepAlive) : keepAlive,
    quirks,
  };
}

function chosen<Value extends string>(name: string, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw badParam(name, `it is one of ${values.join(', ')}`);
  return value;
}

const badParam = (name: string, why: string): LlmError =>
  new LlmError('config', `DSN parameter "${name}" cannot be used: ${why}`);
