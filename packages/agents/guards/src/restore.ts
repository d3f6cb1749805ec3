import {
  jsonSchema,
  type AssistantPart,
  type Citation,
  type JsonObject,
  type ObjectSchema,
  type TextPart,
} from '@majordomo/core';
import { mapStrings } from './map-texts.ts';
import { PLACEHOLDER, type MaskedRequest } from './mask.ts';
import type { MaskOptions } from './types.ts';

/** Restorer of the values of placeholders in the answer to one request. Unknown placeholders do not change. */
export class Restorer {
  private readonly values: ReadonlyMap<string, string>;
  private readonly mask: MaskedRequest['mask'];
  /** Names of the tools in whose arguments placeholders are replaced. `true` means all tools, and `false` means none. */
  readonly tools: boolean | readonly string[];
  private readonly isTextRestored: boolean;
  /** Whether the text of the answer is JSON. */
  private readonly isJson: boolean;

  /** @param masked absent members: the request is not masked */
  constructor(
    { values = NONE, mask = (text) => text }: Partial<MaskedRequest>,
    restore: MaskOptions['restore'],
    isJson: boolean,
  ) {
    this.values = values;
    this.mask = mask;
    this.tools = values.size > 0 && (restore?.arguments ?? true);
    this.isTextRestored = restore?.text !== false;
    this.isJson = isJson;
  }

  /** Whether text is restored. `mask` may add values to a request that had none. */
  private get restoresText(): boolean {
    return this.isTextRestored && this.values.size > 0;
  }

  part<T extends AssistantPart>(part: T): T;
  part(part: AssistantPart): AssistantPart {
    if (part.type === 'text' && this.restoresText) return this.textPart(part);
    if ((part.type !== 'tool-call' && part.type !== 'vendor-call') || !this.restoresArguments(part.name))
      return part;
    const args = mapStrings(part.args, this.plain);
    // The token is sent back unchanged, so it contains the placeholders.
    if (part.type === 'vendor-call') return args === part.args ? part : { ...part, args };
    const raw = part.invalid && this.replaced(part.invalid.raw, true);
    if (args === part.args && raw === part.invalid?.raw) return part;
    return { ...part, args, ...(raw !== undefined && { invalid: { raw } }) };
  }

  /** Returns an incomplete value with restored strings. Removes an incomplete placeholder from the end of each string. */
  snapshot<T>(value: T): T {
    if (!this.restoresText) return value;
    return mapStrings(value, (text) => this.plain(text.slice(0, this.readyLength(text))));
  }

  /** Returns functions that restore text in pieces. They buffer text only while the text may be an incomplete placeholder. */
  stream(): { push(text: string): string; end(): string } {
    let held = '';
    return {
      push: (text) => {
        const all = held + text;
        const length = this.readyLength(all);
        held = all.slice(length);
        return this.replaced(all.slice(0, length), this.isJson);
      },
      // An incomplete placeholder at the end is ordinary text.
      end: () => held,
    };
  }

  /** Returns a schema that replaces placeholders in a value before it validates the value. */
  schema<T>(output: ObjectSchema<T> | JsonObject): ObjectSchema<T> {
    const { '~standard': standard } = isSchema<T>(output) ? output : jsonSchema<T>(output);
    const validate = async (value: unknown): Promise<Awaited<ReturnType<typeof standard.validate>>> => {
      const result = await standard.validate(this.restoresText ? mapStrings(value, this.plain) : value);
      // The issues are masked, because a vendor receives them with the request to repair the value.
      return result.issues === undefined ? result : { issues: mapStrings(result.issues, this.mask) };
    };
    const { vendor, jsonSchema: toJson } = standard;
    return { '~standard': { version: 1, vendor, jsonSchema: toJson, validate } };
  }

  private textPart(part: TextPart): TextPart {
    const text = this.replaced(part.text, this.isJson);
    if (part.citations === undefined) return text === part.text ? part : { ...part, text };
    const moved = (position: number): number =>
      this.replaced(part.text.slice(0, position), this.isJson).length;
    const citations = part.citations.map(({ start, end, ...citation }): Citation => ({
      ...mapStrings(citation, this.plain),
      ...(start !== undefined && { start: moved(start) }),
      ...(end !== undefined && { end: moved(end) }),
    }));
    return { ...part, text, citations };
  }

  private restoresArguments(tool: string): boolean {
    return typeof this.tools === 'boolean' ? this.tools : this.tools.includes(tool);
  }

  private readonly plain = (text: string): string => this.replaced(text, false);

  private replaced(text: string, isJson: boolean): string {
    return text.replace(PLACEHOLDER, (placeholder) => {
      const value = this.values.get(placeholder) ?? placeholder;
      return isJson ? JSON.stringify(value).slice(1, -1) : value;
    });
  }

  /** Returns the length of the text without an incomplete placeholder at its end. */
  private readyLength(text: string): number {
    const at = text.lastIndexOf('[');
    if (!this.restoresText || at === -1) return text.length;
    const tail = text.slice(at);
    const isBeginning = [...this.values.keys()].some((each) => each.startsWith(tail) && each !== tail);
    return isBeginning ? at : text.length;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

const isSchema = <T>(output: ObjectSchema<T> | JsonObject): output is ObjectSchema<T> =>
  '~standard' in output;
